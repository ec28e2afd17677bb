/* SPDX-License-Identifier: MIT */
#include "format.h"

#include <string.h>

static const char *const names[] = {
#define X(id, name) [id] = (name)
    FORMATS(X)
#undef X
};

const char *format_name(enum format format) {
    return names[format];
}

bool format_from_name(const char *name, enum format *format) {
    for (unsigned i = 0; i < FORMAT_COUNT; i++) {
        if (strcmp(name, names[i]) != 0) continue;
        *format = (enum format)i;
        return true;
    }
    return false;
}
