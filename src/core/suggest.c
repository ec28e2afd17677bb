/* SPDX-License-Identifier: MIT */
#include "core/suggest.h"

#include <limits.h>

enum { SUGGEST_ROWS = 3 };

/* A row of the table of distances:
 * index j is the distance to the first j characters. */
struct row {
    unsigned to[SUGGEST_WORD_MAX + 1];
};

static unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

static bool swapped(struct slice a, struct slice b, size_t i, size_t j) {
    return i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] &&
           a.data[i - 2] == b.data[j - 1];
}

/* Optimal string alignment: the three rows that a swap can reach are kept. */
static void fill_row(
    struct row rows[SUGGEST_ROWS], struct slice a, struct slice b, size_t i) {
    const struct row *before = &rows[(i - 1) % SUGGEST_ROWS];
    const struct row *two_before = &rows[(i + 1) % SUGGEST_ROWS];
    struct row *row = &rows[i % SUGGEST_ROWS];
    row->to[0] = (unsigned)i;
    for (size_t j = 1; j <= b.length; j++) {
        unsigned replaced = before->to[j - 1] + (a.data[i - 1] != b.data[j - 1]);
        unsigned moved = least(before->to[j], row->to[j - 1]) + 1;
        row->to[j] = least(replaced, moved);
        if (swapped(a, b, i, j)) {
            row->to[j] = least(row->to[j], two_before->to[j - 2] + 1);
        }
    }
}

unsigned suggest_distance(struct slice a, struct slice b) {
    if (a.length > SUGGEST_WORD_MAX || b.length > SUGGEST_WORD_MAX) return UINT_MAX;
    struct row rows[SUGGEST_ROWS] = {0};
    for (size_t j = 0; j <= b.length; j++) rows[0].to[j] = (unsigned)j;
    for (size_t i = 1; i <= a.length; i++) fill_row(rows, a, b, i);
    return rows[a.length % SUGGEST_ROWS].to[b.length];
}

struct suggest suggest_for(struct slice wanted) {
    return (struct suggest){.wanted = wanted, .distance = UINT_MAX};
}

/* One mistake per three letters is a slip of the finger, more is another word. */
static unsigned near_enough(struct slice word) {
    return (unsigned)(word.length + 2) / 3;
}

void suggest_offer(struct suggest *suggest, const char *word) {
    unsigned distance = suggest_distance(suggest->wanted, slice_of(word));
    if (distance >= suggest->distance) return;
    if (distance > near_enough(suggest->wanted)) return;
    suggest->nearest = word;
    suggest->distance = distance;
}
