/* Shares a length among items: fixed and least sizes first, the rest by weight; what
 * does not fit gives way by its priority. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "ui/canvas.h"

struct layout_item {
    int least;    /* what it needs */
    int weight;   /* its share of the rest; 0: it stays at `least` */
    int most;     /* 0: no limit */
    int priority; /* the lowest is dropped first; the last of equals */
    int size;     /* the answer; 0 when dropped */
};

void layout_share(struct layout_item *items, size_t count, int total);

/* The rectangle cut into rows or columns by the sizes of the items. */
struct rect layout_row(struct rect rect, const struct layout_item *items, size_t index);
struct rect layout_column(
    struct rect rect, const struct layout_item *items, size_t index);
