/* SPDX-License-Identifier: MIT */
#include "core/quantile_bounds.h"

#include <math.h>

#include "core/confidence.h"

/* The step that holds the value at a place from 1 to the count. */
static size_t step_at(const struct histogram *histogram, uint64_t place) {
    uint64_t seen = 0;
    size_t step = 0;
    for (; step < HISTOGRAM_COUNTS - 1; step++) {
        seen += histogram->counts[step];
        if (seen >= place) break;
    }
    return step;
}

struct quantile_bounds quantile_bounds_of(
    const struct histogram *histogram, double quantile, double alpha) {
    struct confidence_places places =
        confidence_of_quantile(quantile, histogram->count, alpha);
    struct quantile_bounds bounds = {
        .value_us = histogram_quantile(histogram, quantile),
        .high_us = (double)INFINITY,
        .has_low_end = places.has_low_end,
        .has_high_end = places.has_high_end,
    };
    if (places.has_low_end) {
        bounds.low_us = (double)histogram_step_low(step_at(histogram, places.low));
    }
    if (places.has_high_end) {
        bounds.high_us =
            (double)histogram_step_high(step_at(histogram, places.high + 1));
    }
    return bounds;
}
