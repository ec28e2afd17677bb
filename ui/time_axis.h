/* Columns of a graph as buckets of absolute time: while time goes on only the newest
 * one changes, until all of them shift. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/series.h"

struct time_axis {
    uint64_t from_ns;   /* may be before the beginning of time: see `missing` */
    uint64_t bucket_ns; /* one column */
    uint64_t view_ns;   /* nothing after it is shown */
    size_t columns;
    size_t missing; /* columns in front that would lie before zero */
};

/* `columns` columns for `window_ns`, the newest holding `view_ns`. They shift `group`
 * at a time, so that dots of one cell stay together. */
struct time_axis time_axis_of(
    uint64_t view_ns, uint64_t window_ns, size_t columns, size_t group);

/* One value per column: the mean of what is in it, NaN where there is nothing. A single
 * slot that was missed by a late poll is no gap. */
void time_axis_read(
    const struct time_axis *axis, const struct series *series, float *values);

/* The least and the largest value; NaN without any. */
struct time_range {
    float trough, peak;
};

/* Looks back a while before the first column too:
 * a scale made from it grows at once and shrinks late. */
struct time_range time_axis_range(
    const struct time_axis *axis, const struct series *series, const float *values);

/* Both ranges as one. */
struct time_range time_range_join(struct time_range a, struct time_range b);

/* A round number at or above the peak; 1 when there is nothing above zero. */
float time_axis_scale(float peak);
