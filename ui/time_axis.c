/* SPDX-License-Identifier: MIT */
#include "ui/time_axis.h"

#include <math.h>
#include <stdbool.h>

#include "base/panic.h"
#include "base/units.h"

/* What has scrolled out keeps the scale up for so long. */
#define LOOK_BACK_NS (30 * NS_PER_S)

enum { LOOK_BACK_COLUMNS = 30 };

struct time_axis time_axis_of(
    uint64_t view_ns, uint64_t window_ns, size_t columns, size_t group) {
    ensure(group > 0);
    struct time_axis axis = {.view_ns = view_ns, .columns = columns, .bucket_ns = 1};
    if (columns == 0) return axis;
    axis.bucket_ns = (window_ns + columns - 1) / columns;
    if (axis.bucket_ns == 0) axis.bucket_ns = 1;

    uint64_t shift_ns = axis.bucket_ns * group;
    uint64_t until_ns = (view_ns / shift_ns + 1) * shift_ns;
    uint64_t span_ns = axis.bucket_ns * columns;
    if (until_ns >= span_ns) {
        axis.from_ns = until_ns - span_ns;
        return axis;
    }
    axis.missing = (size_t)((span_ns - until_ns + axis.bucket_ns - 1) / axis.bucket_ns);
    axis.from_ns = axis.missing * axis.bucket_ns - (span_ns - until_ns);
    return axis;
}

/* Columns finer than the values: each shows the value that stood at its middle. */
static void read_between(
    const struct time_axis *axis, const struct series *series, float *values) {
    for (size_t i = axis->missing; i < axis->columns; i++) {
        uint64_t at_ns = axis->from_ns + (i - axis->missing) * axis->bucket_ns;
        if (at_ns > axis->view_ns) continue;
        at_ns += axis->bucket_ns / 2;
        if (at_ns > axis->view_ns) at_ns = axis->view_ns;
        values[i] = series_at(series, at_ns);
    }
}

static void read_means(
    const struct time_axis *axis, const struct series *series, float *values) {
    uint64_t end_ns = axis->view_ns + 1;
    if (end_ns <= axis->from_ns) return;
    size_t whole = (size_t)((end_ns - axis->from_ns) / axis->bucket_ns);
    size_t room = axis->columns - axis->missing;
    if (whole > room) whole = room;
    uint64_t until_ns = axis->from_ns + whole * axis->bucket_ns;
    float *first = values + axis->missing;
    if (whole > 0) series_columns(series, axis->from_ns, until_ns, first, whole);
    if (whole < room && until_ns < end_ns) {
        series_columns(series, until_ns, end_ns, first + whole, 1);
    }
}

/* Polls come a little early or late: a slot may stay empty between two full ones. A gap
 * no longer than one step is such a slot; the value before it is held. */
static void bridge_slots(
    const struct time_axis *axis, uint64_t step_ns, float *values) {
    size_t reach = (size_t)((step_ns + axis->bucket_ns - 1) / axis->bucket_ns);
    size_t last = axis->columns; /* the last value before; columns: none yet */
    for (size_t i = 0; i < axis->columns; i++) {
        if (isnan(values[i])) continue;
        bool near = last < i && i - last - 1 <= reach;
        for (size_t k = last + 1; near && k < i; k++) values[k] = values[last];
        last = i;
    }
}

void time_axis_read(
    const struct time_axis *axis, const struct series *series, float *values) {
    for (size_t i = 0; i < axis->columns; i++) values[i] = NAN;
    if (!series || series->step_ns == 0) return;
    if (axis->bucket_ns < series->step_ns) {
        read_between(axis, series, values);
    } else {
        read_means(axis, series, values);
    }
    if (axis->bucket_ns < 2 * series->step_ns) {
        bridge_slots(axis, series->step_ns, values);
    }
}

struct time_range time_range_join(struct time_range a, struct time_range b) {
    if (isnan(a.peak)) return b;
    if (isnan(b.peak)) return a;
    return (struct time_range){
        .trough = b.trough < a.trough ? b.trough : a.trough,
        .peak = b.peak > a.peak ? b.peak : a.peak,
    };
}

static struct time_range range_of(const float *values, size_t count) {
    struct time_range range = {NAN, NAN};
    for (size_t i = 0; i < count; i++) {
        struct time_range one = {values[i], values[i]};
        range = time_range_join(range, one);
    }
    return range;
}

struct time_range time_axis_range(
    const struct time_axis *axis, const struct series *series, const float *values) {
    struct time_range range = range_of(values, axis->columns);
    if (!series || series->step_ns == 0 || axis->from_ns < LOOK_BACK_NS) return range;

    float before[LOOK_BACK_COLUMNS];
    uint64_t from_ns = axis->from_ns - LOOK_BACK_NS;
    series_columns(series, from_ns, axis->from_ns, before, LOOK_BACK_COLUMNS);
    return time_range_join(range, range_of(before, LOOK_BACK_COLUMNS));
}

float time_axis_scale(float peak) {
    static const double steps[] = {1, 1.5, 2, 3, 4, 5, 6, 8, 10};
    if (!isfinite(peak) || peak <= 0) return 1;
    double power = pow(10, floor(log10((double)peak)));
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        float scale = (float)(steps[i] * power);
        if (scale >= peak) return scale;
    }
    return (float)(10 * power);
}
