/* SPDX-License-Identifier: MIT */
#include "core/verdict.h"

#include <string.h>

struct row {
    const char *name;
    enum exit_code exit;
};

static const struct row rows[VERDICT_COUNT] = {
#define X(id, name, exit) [id] = {name, exit}
    VERDICTS(X)
#undef X
};

const char *verdict_name(enum verdict verdict) {
    return rows[verdict].name;
}

bool verdict_from_name(const char *name, enum verdict *verdict) {
    for (unsigned i = 0; i < VERDICT_COUNT; i++) {
        if (strcmp(rows[i].name, name) != 0) continue;
        *verdict = (enum verdict)i;
        return true;
    }
    return false;
}

enum exit_code verdict_exit_code(enum verdict verdict) {
    return rows[verdict].exit;
}

enum verdict verdict_worse(enum verdict a, enum verdict b) {
    enum exit_code worse = exit_code_worse(rows[a].exit, rows[b].exit);
    return worse == rows[a].exit ? a : b;
}
