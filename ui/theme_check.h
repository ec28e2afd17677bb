/* Whether people can read a theme: contrast, colour blindness, and looks that get lost
 * on terminals with fewer colours. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "ui/theme.h"

enum { THEME_PROBLEMS_MAX = 64, THEME_PROBLEM_SIZE = 128 };

/* Thin lines of two series must be at least this far apart for every eye. */
#define THEME_SERIES_DISTANCE_MIN 10.0

struct theme_check {
    double contrast[ROLE_COUNT];
    double series_distance[VISION_COUNT]; /* stable against canary */
    uint32_t problem_count;
    char problems[THEME_PROBLEMS_MAX][THEME_PROBLEM_SIZE];
};

/* The least contrast that a role needs: 4.5 for what is read, 3 for what is seen. */
double theme_contrast_min(enum role role);

void theme_check(struct theme_check *check, const struct theme *theme);
