/* What a terminal is told about a cell:
 * two colours of its depth and some attributes. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* How many colours a terminal has. */
enum color_depth { DEPTH_MONO, DEPTH_16, DEPTH_256, DEPTH_TRUE };
enum { DEPTH_COUNT = DEPTH_TRUE + 1 };

const char *color_depth_name(enum color_depth depth); /* "mono", "16", "256", "24" */
bool color_depth_from_name(const char *name, enum color_depth *depth);

/* clang-format off */
/*    id               bit  name in a theme */
#define LOOK_ATTRIBUTES(X) \
    X(LOOK_BOLD,       1,   "bold"), \
    X(LOOK_DIM,        2,   "dim"), \
    X(LOOK_ITALIC,     4,   "italic"), \
    X(LOOK_UNDERLINE,  8,   "underline"), \
    X(LOOK_REVERSE,    16,  "reverse")
/* clang-format on */

enum look_attribute {
#define X(id, bit, name) id = (bit)
    LOOK_ATTRIBUTES(X)
#undef X
};

enum { LOOK_DEFAULT = -1 };

struct look {
    int32_t fg, bg;     /* 0xRRGGBB or an index; LOOK_DEFAULT: the terminal's own */
    uint8_t attributes; /* enum look_attribute */
};
