/* SPDX-License-Identifier: MIT */
#include "ui/look.h"

#include <string.h>

#include "base/panic.h"

static const char *const depth_names[DEPTH_COUNT] = {"mono", "16", "256", "24"};

const char *color_depth_name(enum color_depth depth) {
    ensure((unsigned)depth < DEPTH_COUNT);
    return depth_names[depth];
}

bool color_depth_from_name(const char *name, enum color_depth *depth) {
    for (unsigned i = 0; i < DEPTH_COUNT; i++) {
        if (strcmp(depth_names[i], name) == 0) {
            *depth = (enum color_depth)i;
            return true;
        }
    }
    return false;
}
