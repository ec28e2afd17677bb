/* SPDX-License-Identifier: MIT */
#include "core/exit_code.h"

#include "base/panic.h"

struct row {
    enum exit_code code;
    const char *name;
};

static const struct row rows[] = {
#define X(id, code, name) \
    { (id), (name) }
    EXIT_CODES(X)
#undef X
};

enum { ROW_COUNT = sizeof rows / sizeof *rows };

static unsigned row_of(enum exit_code code) {
    unsigned at = 0;
    while (at < ROW_COUNT && rows[at].code != code) at++;
    ensure(at < ROW_COUNT);
    return at;
}

enum exit_code exit_code_worse(enum exit_code a, enum exit_code b) {
    return row_of(a) < row_of(b) ? a : b;
}

const char *exit_code_name(enum exit_code code) {
    return rows[row_of(code)].name;
}
