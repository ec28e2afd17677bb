/* How each role looks, in a palette of its own. A theme is read from text
 * (theme_reader) and resolved here for a depth of colour. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ui/color.h"
#include "ui/look.h"
#include "ui/role.h"

enum { THEME_NAME_SIZE = 32, THEME_PALETTE_MAX = 48, THEME_RAMP_MAX = 16 };

struct theme_color {
    char name[THEME_NAME_SIZE];
    struct color color;
};

struct theme_style {
    int8_t fg, bg;           /* places in the palette; -1 for the terminal's own */
    uint8_t attributes;      /* enum look_attribute */
    uint8_t mono_attributes; /* on a terminal without colours */
};

/* clang-format off */
/* Marks that a theme may replace, by the character that views draw.
 *    id           name    drawn */
#define THEME_GLYPHS(X) \
    X(GLYPH_OK,    "ok",   0x2714) /* ✔ */, \
    X(GLYPH_BAD,   "bad",  0x2718) /* ✘ */, \
    X(GLYPH_RUN,   "run",  0x25CF) /* ● */, \
    X(GLYPH_WAIT,  "wait", 0x25CB) /* ○ */
/* clang-format on */

enum theme_glyph {
#define X(id, name, drawn) id
    THEME_GLYPHS(X),
#undef X
    THEME_GLYPH_COUNT
};

/* From few to many, for heat maps: colours, and characters without colours. */
struct theme_ramp {
    uint8_t count[DEPTH_COUNT];
    uint32_t steps[DEPTH_COUNT][THEME_RAMP_MAX];
};

struct theme {
    char name[THEME_NAME_SIZE];
    bool light;
    uint32_t palette_count;
    struct theme_color palette[THEME_PALETTE_MAX];
    struct theme_style styles[ROLE_COUNT];
    struct theme_ramp heat;
    uint32_t glyphs[THEME_GLYPH_COUNT]; /* 0: as drawn */
};

/* Everything in the terminal's own colours. */
void theme_init(struct theme *theme);

/* The place of a colour in the palette, or -1. */
int theme_find_color(const struct theme *theme, const char *name);

/* How `role` looks; on the background of `under` unless that is ROLE_NONE. */
struct look theme_look(
    const struct theme *theme, enum role role, enum role under, enum color_depth depth);

/* The colours of a role as the eye meets them, 24 bits each: reversed when reversed,
 * and the theme's "fg" and "bg" where the terminal's own stand. */
void theme_seen(const struct theme *theme, enum role role, uint32_t *fg, uint32_t *bg);

/* The character to show for the one that was drawn. */
uint32_t theme_rune(const struct theme *theme, uint32_t rune);
