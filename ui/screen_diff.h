/* What changed between the picture that is shown and the next one. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "ui/canvas.h"

/* Cells of one row that have to be drawn again. */
struct screen_run {
    int x, y, width;
};

struct screen_diff {
    const struct cell *shown; /* borrowed; of the canvas' size */
    const struct canvas *next;
    int x, y; /* where to look on */
};

struct screen_diff screen_diff_of(const struct cell *shown, const struct canvas *next);

/* The next run, from left to right and top to bottom; false at the end. A wide
 * character is never cut in two. */
bool screen_diff_next(struct screen_diff *diff, struct screen_run *run);
