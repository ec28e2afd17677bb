/* SPDX-License-Identifier: MIT */
#include "core/load_reading.h"

#include <math.h>
#include <string.h>

#include "core/histogram.h"

static const double us_per_ms = 1000;

void load_heat_of(const struct histogram *histogram, uint16_t rows[HEAT_BUCKETS]) {
    memset(rows, 0, HEAT_BUCKETS * sizeof *rows);
    for (size_t step = 0; step < HISTOGRAM_COUNTS; step++) {
        uint64_t count = histogram->counts[step];
        if (count == 0) continue;
        double low_us = (double)histogram_step_low(step);
        double high_us = (double)histogram_step_high(step);
        uint16_t *row = &rows[heat_bucket((low_us + high_us) / 2 / us_per_ms)];
        uint64_t room = UINT16_MAX - *row;
        *row = (uint16_t)(*row + (count < room ? count : room));
    }
}

void load_latencies_of(
    const struct histogram *histogram, float latencies_ms[LOAD_LATENCY_COUNT]) {
    static const double quantiles[LOAD_LATENCY_COUNT] = {
#define X(id, label, quantile) [id] = (quantile),
        LOAD_LATENCIES(X)
#undef X
    };
    for (unsigned i = 0; i < LOAD_LATENCY_COUNT; i++) {
        double value = NAN;
        if (histogram->count > 0 && i == LOAD_MEAN) value = histogram_mean(histogram);
        if (histogram->count > 0 && i == LOAD_MAX) value = (double)histogram->max_us;
        if (i != LOAD_MEAN && i != LOAD_MAX) {
            value = histogram_quantile(histogram, quantiles[i]);
        }
        latencies_ms[i] = (float)(value / us_per_ms);
    }
}
