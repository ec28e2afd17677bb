/* What the program tells the shell: one code per outcome, and which wins. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* clang-format off */
/* The order of the rows is the precedence: when several hold, the first one wins.
 *    id                     code  name */
#define EXIT_CODES(X) \
    X(EXIT_CODE_PERSON,       6,   "needs a person"), \
    X(EXIT_CODE_INTERNAL,     70,  "internal error"), \
    X(EXIT_CODE_INTERRUPTED,  130, "interrupted"), \
    X(EXIT_CODE_TERMINATED,   143, "terminated"), \
    X(EXIT_CODE_USAGE,        2,   "usage"), \
    X(EXIT_CODE_ROLLED_BACK,  5,   "rolled back"), \
    X(EXIT_CODE_FAILED,       1,   "failed"), \
    X(EXIT_CODE_UNREACHABLE,  3,   "could not run"), \
    X(EXIT_CODE_INCONCLUSIVE, 4,   "inconclusive"), \
    X(EXIT_CODE_OK,           0,   "passed")
/* clang-format on */

enum exit_code {
#define X(id, code, name) id = (code)
    EXIT_CODES(X)
#undef X
};

/* The one of the two that counts. A target that was never reached is judged no further:
 * the caller returns EXIT_CODE_UNREACHABLE without asking here. */
enum exit_code exit_code_worse(enum exit_code a, enum exit_code b);

const char *exit_code_name(enum exit_code code);
