/* Lines over time: one or two series in one scale with a dashed limit, one row of
 * eighth blocks, and bars. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/metric.h"
#include "core/series.h"
#include "ui/canvas.h"
#include "ui/raster.h"

struct graph {
    const struct series *lower;
    const struct series *upper;      /* drawn on top; NULL for none */
    const struct series *dashed;     /* what was wanted, below both; NULL for none */
    char lower_letter, upper_letter; /* who is who at the right end; 0: s and c */
    enum metric metric;              /* how the scale is written */
    uint64_t view_ns, window_ns;
    enum raster_glyphs glyphs;
    float limit; /* NaN for none */
    bool excess; /* dots where the upper series lies above the lower one */
};

/* Lines with their scale at the right. Gaps stay gaps; without a value it says so. */
void graph_draw(struct canvas *canvas, struct rect rect, const struct graph *graph);

/* One row of `lower`. */
void graph_draw_spark(
    struct canvas *canvas, struct rect rect, const struct graph *graph, enum role role);

/* One row, filled up to `ratio`; NaN draws nothing but the empty bar.
 * ROLE_BAD, which is in reverse, so that its blocks would
 * have the colour of the ground, is drawn as ROLE_WARN. */
void graph_draw_bar(
    struct canvas *canvas, struct rect rect, double ratio, enum role role);
