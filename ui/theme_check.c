/* SPDX-License-Identifier: MIT */
#include "ui/theme_check.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

static void complain(struct theme_check *check, const char *words, ...)
    __attribute__((format(printf, 2, 3)));

static void complain(struct theme_check *check, const char *words, ...) {
    if (check->problem_count == THEME_PROBLEMS_MAX) return;
    va_list args;
    va_start(args, words);
    vsnprintf(check->problems[check->problem_count++], THEME_PROBLEM_SIZE, words, args);
    va_end(args);
}

double theme_contrast_min(enum role role) {
    /* Lines around and across panels carry no words. */
    if (role == ROLE_BORDER) return 2.0;
    if (role == ROLE_BORDER_FOCUS || role == ROLE_LIMIT || role == ROLE_OFF) return 3.0;
    return 4.5;
}

static void check_contrast(struct theme_check *check, const struct theme *theme) {
    for (unsigned i = ROLE_NONE + 1; i < ROLE_COUNT; i++) {
        enum role role = (enum role)i;
        uint32_t fg, bg;
        theme_seen(theme, role, &fg, &bg);
        check->contrast[role] = color_contrast(fg, bg);
        if (check->contrast[role] >= theme_contrast_min(role)) continue;
        complain(
            check, "%s: contrast %.1f is below %.1f", role_name(role),
            check->contrast[role], theme_contrast_min(role));
    }
}

static void check_series(struct theme_check *check, const struct theme *theme) {
    uint32_t stable, canary, bg;
    theme_seen(theme, ROLE_STABLE, &stable, &bg);
    theme_seen(theme, ROLE_CANARY, &canary, &bg);
    for (unsigned i = 0; i < VISION_COUNT; i++) {
        enum color_vision vision = (enum color_vision)i;
        check->series_distance[i] = color_distance(stable, canary, vision);
        /* Without colours, weight tells them apart. */
        bool by_weight = theme->styles[ROLE_STABLE].attributes !=
                             theme->styles[ROLE_CANARY].attributes &&
                         stable == canary;
        if (by_weight) continue;
        if (check->series_distance[i] >= THEME_SERIES_DISTANCE_MIN) continue;
        complain(
            check,
            "series.stable and series.canary look alike (%s): %.1f is below %.0f",
            color_vision_name(vision), check->series_distance[i],
            THEME_SERIES_DISTANCE_MIN);
    }
}

static bool same_look(struct look a, struct look b) {
    return a.fg == b.fg && a.bg == b.bg && a.attributes == b.attributes;
}

/* What must never be overlooked, at any depth. */
static void check_depths(struct theme_check *check, const struct theme *theme) {
    static const enum role loud[] = {ROLE_PRODUCTION, ROLE_ARMED,  ROLE_BAD,
                                     ROLE_WARN,       ROLE_FROZEN, ROLE_SELECT};
    for (unsigned d = 0; d < DEPTH_COUNT; d++) {
        enum color_depth depth = (enum color_depth)d;
        struct look text = theme_look(theme, ROLE_TEXT, ROLE_NONE, depth);
        for (size_t i = 0; i < sizeof loud / sizeof *loud; i++) {
            struct look look = theme_look(theme, loud[i], ROLE_NONE, depth);
            if (!same_look(look, text)) continue;
            complain(
                check, "%s looks like text at depth %s", role_name(loud[i]),
                color_depth_name(depth));
        }
    }
}

void theme_check(struct theme_check *check, const struct theme *theme) {
    *check = (struct theme_check){0};
    check_contrast(check, theme);
    check_series(check, theme);
    check_depths(check, theme);
}
