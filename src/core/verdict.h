/* One verdict everywhere: what was found, in words, with the numbers behind it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/exit_code.h"

/* clang-format off */
/*    id                     name            exit */
#define VERDICTS(X) \
    X(VERDICT_PASS,          "PASS",         EXIT_CODE_OK), \
    X(VERDICT_FAIL,          "FAIL",         EXIT_CODE_FAILED), \
    X(VERDICT_INCONCLUSIVE,  "INCONCLUSIVE", EXIT_CODE_INCONCLUSIVE), \
    X(VERDICT_ERROR,         "ERROR",        EXIT_CODE_UNREACHABLE)
/* clang-format on */

enum verdict {
#define X(id, name, exit) id
    VERDICTS(X),
#undef X
    VERDICT_COUNT
};

const char *verdict_name(enum verdict verdict);
bool verdict_from_name(const char *name, enum verdict *verdict);
enum exit_code verdict_exit_code(enum verdict verdict);

/* The one of the two that counts, in the precedence of their exit codes. */
enum verdict verdict_worse(enum verdict a, enum verdict b);
