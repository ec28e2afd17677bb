/* A quantile of what was measured, and between which values it lies at all times. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/histogram.h"

struct quantile_bounds {
    double value_us; /* as it looks; NaN without data */
    double low_us, high_us;
    bool has_low_end, has_high_end; /* without one it may be anything: say so */
};

/* The ends are those of a confidence interval (confidence.h),
 * widened by the steps of the histogram. */
struct quantile_bounds quantile_bounds_of(
    const struct histogram *histogram, double quantile, double alpha);
