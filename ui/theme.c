/* SPDX-License-Identifier: MIT */
#include "ui/theme.h"

#include <string.h>

#include "base/panic.h"

void theme_init(struct theme *theme) {
    memset(theme, 0, sizeof *theme);
    for (unsigned i = 0; i < ROLE_COUNT; i++) {
        theme->styles[i] = (struct theme_style){.fg = -1, .bg = -1};
    }
}

int theme_find_color(const struct theme *theme, const char *name) {
    for (uint32_t i = 0; i < theme->palette_count; i++) {
        if (strcmp(theme->palette[i].name, name) == 0) return (int)i;
    }
    return -1;
}

static int32_t color_at(const struct theme *theme, int place, enum color_depth depth) {
    if (place < 0) return LOOK_DEFAULT;
    const struct color *color = &theme->palette[place].color;
    if (color->is_default) return LOOK_DEFAULT;
    switch (depth) {
    case DEPTH_TRUE: return (int32_t)color->rgb;
    case DEPTH_256: return color->index256;
    case DEPTH_16: return color->index16;
    case DEPTH_MONO: break;
    }
    return LOOK_DEFAULT;
}

/* The first steps of a ramp are hard to see where a cell is not filled: they are left
 * out. Without a ramp all steps look like the line of the stable track. */
static void paint_heat(
    const struct theme *theme, enum role role, enum color_depth depth,
    struct look *look) {
    enum { STEPS = ROLE_END - ROLE_HEAT, LEFT_OUT = 2 };
    const struct theme_ramp *ramp = &theme->heat;
    unsigned count = ramp->count[depth];
    if (role < ROLE_HEAT || depth == DEPTH_MONO || count == 0) return;
    unsigned step = (unsigned)role - ROLE_HEAT + LEFT_OUT;
    look->fg = (int32_t)ramp->steps[depth][(count - 1) * step / (STEPS - 1 + LEFT_OUT)];
}

struct look theme_look(
    const struct theme *theme, enum role role, enum role under,
    enum color_depth depth) {
    ensure((unsigned)role < ROLE_END && (unsigned)under < ROLE_COUNT);
    const struct theme_style *style =
        &theme->styles[role < ROLE_HEAT ? role : ROLE_STABLE];
    const struct theme_style *ground =
        under == ROLE_NONE ? style : &theme->styles[under];
    if (depth == DEPTH_MONO) {
        uint8_t marked = ground->mono_attributes & (LOOK_REVERSE | LOOK_UNDERLINE);
        return (struct look){
            LOOK_DEFAULT, LOOK_DEFAULT, style->mono_attributes | marked};
    }
    /* Ink that was chosen for the plain background may vanish on a painted one. */
    bool painted = color_at(theme, ground->bg, depth) != LOOK_DEFAULT;
    struct look look = {
        .fg = color_at(theme, painted ? ground->fg : style->fg, depth),
        .bg = color_at(theme, ground->bg, depth),
        .attributes =
            style->attributes | (ground->attributes & (LOOK_REVERSE | LOOK_UNDERLINE)),
    };
    if (!painted) paint_heat(theme, role, depth, &look);
    return look;
}

static uint32_t seen_color(
    const struct theme *theme, int place, const char *stand_in, uint32_t otherwise) {
    if (place < 0 || theme->palette[place].color.is_default) {
        place = theme_find_color(theme, stand_in);
    }
    if (place < 0 || theme->palette[place].color.is_default) return otherwise;
    return theme->palette[place].color.rgb;
}

void theme_seen(const struct theme *theme, enum role role, uint32_t *fg, uint32_t *bg) {
    const struct theme_style *style = &theme->styles[role];
    uint32_t ink = seen_color(theme, style->fg, "fg", theme->light ? 0 : 0xFFFFFF);
    uint32_t paper = seen_color(theme, style->bg, "bg", theme->light ? 0xFFFFFF : 0);
    bool reverse = style->attributes & LOOK_REVERSE;
    *fg = reverse ? paper : ink;
    *bg = reverse ? ink : paper;
}

uint32_t theme_rune(const struct theme *theme, uint32_t rune) {
    static const uint32_t drawn[] = {
#define X(id, name, rune) rune
        THEME_GLYPHS(X)
#undef X
    };
    for (unsigned i = 0; i < THEME_GLYPH_COUNT; i++) {
        if (rune == drawn[i] && theme->glyphs[i] != 0) return theme->glyphs[i];
    }
    return rune;
}
