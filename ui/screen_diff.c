/* SPDX-License-Identifier: MIT */
#include "ui/screen_diff.h"

#include <stddef.h>
#include <string.h>

/* Runs that are this close are drawn as one. */
enum { GAP_MAX = 3 };

struct screen_diff screen_diff_of(const struct cell *shown, const struct canvas *next) {
    return (struct screen_diff){.shown = shown, .next = next};
}

static const struct cell *cells_of_row(const struct cell *cells, int width, int y) {
    return cells + (size_t)y * (size_t)width;
}

static bool same(const struct cell *a, const struct cell *b) {
    return a->rune == b->rune && a->role == b->role && a->under == b->under;
}

/* Whether drawing must not start or stop before this cell. */
static bool splits(const struct cell *shown, const struct cell *next) {
    return shown->rune == 0 || next->rune == 0;
}

static bool run_in_row(
    const struct screen_diff *diff, int from, struct screen_run *run) {
    int width = diff->next->width;
    const struct cell *shown = cells_of_row(diff->shown, width, diff->y);
    const struct cell *next = cells_of_row(diff->next->cells, width, diff->y);
    int start = from;
    /* Most rows stand still. */
    if (from == 0 && memcmp(shown, next, (size_t)width * sizeof *next) == 0) {
        return false;
    }
    while (start < width && same(&shown[start], &next[start])) start++;
    if (start == width) return false;
    while (start > 0 && splits(&shown[start], &next[start])) start--;
    int end = start + 1;
    for (int x = end; x < width && x <= end + GAP_MAX; x++) {
        if (!same(&shown[x], &next[x])) end = x + 1;
    }
    while (end < width && splits(&shown[end], &next[end])) end++;
    *run = (struct screen_run){.x = start, .y = diff->y, .width = end - start};
    return true;
}

bool screen_diff_next(struct screen_diff *diff, struct screen_run *run) {
    for (; diff->y < diff->next->height; diff->y++, diff->x = 0) {
        if (!run_in_row(diff, diff->x, run)) continue;
        diff->x = run->x + run->width;
        return true;
    }
    return false;
}
