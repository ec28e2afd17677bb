/* SPDX-License-Identifier: MIT */
#include "core/exit_code.h"

#include <stddef.h>

#include "base/panic.h"

struct row {
    enum exit_code code;
    const char *name;
};

/* In the order of precedence. */
static const struct row rows[] = {
#define X(id, code, name) \
    { id, name }
    EXIT_CODES(X)
#undef X
};

static const size_t row_count = sizeof rows / sizeof *rows;

static size_t rank_of(enum exit_code code) {
    for (size_t i = 0; i < row_count; i++) {
        if (rows[i].code == code) return i;
    }
    panic("exit_code: no such code: %d", (int)code);
}

enum exit_code exit_code_worse(enum exit_code a, enum exit_code b) {
    return rank_of(a) < rank_of(b) ? a : b;
}

const char *exit_code_name(enum exit_code code) {
    return rows[rank_of(code)].name;
}
