/* Reads a theme from text: `key = value` lines in the sections palette, style, ramp and
 * glyph. Whatever it cannot use it reports and leaves out; it never refuses a theme. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scan.h"
#include "ui/theme.h"

enum {
    THEME_FILE_MAX = 64 * 1024,
    THEME_WARNINGS_MAX = 16,
    THEME_WARNING_SIZE = 160,
    THEME_INHERIT_MAX = 4, /* themes below a theme */
};

struct theme_warnings {
    uint32_t count; /* all of them; only the first ones are kept */
    char lines[THEME_WARNINGS_MAX][THEME_WARNING_SIZE]; /* "night.theme:3: ..." */
};

/* The name of the theme that this one is laid over; false when it names none. */
bool theme_read_inherit(struct slice text, char *name, size_t size);

/* Lays `text` over what is in `theme` already: theme_init() or the inherited theme.
 * `file` is how warnings name it. */
void theme_read(
    struct theme *theme, struct slice text, const char *file,
    struct theme_warnings *warnings);
