/* SPDX-License-Identifier: MIT */
#include "core/heat_column.h"

#include <math.h>

enum { ROWS_PER_DECADE = 6 };

static const double ms_per_s = 1000;

/* Where the row ends: 1 ms, then six rows for each power of ten. */
static double upper_s(unsigned row) {
    return pow(10, (double)row / ROWS_PER_DECADE) / ms_per_s;
}

static uint16_t saturated(double count) {
    return (uint16_t)fmin(count, UINT16_MAX);
}

static double highest_bound(const struct buckets *buckets) {
    double highest = 0;
    for (uint32_t i = 0; i < buckets->count; i++) {
        if (!isinf(buckets->bounds[i])) highest = buckets->bounds[i];
    }
    return highest;
}

unsigned heat_bucket(double latency_ms) {
    if (!(latency_ms > 1)) return 0;
    double row = log10(latency_ms) * ROWS_PER_DECADE + 1;
    return row < HEAT_BUCKETS - 1 ? (unsigned)row : HEAT_BUCKETS - 1;
}

void heat_column(const struct buckets *buckets, uint16_t rows[HEAT_BUCKETS]) {
    double total = buckets_total(buckets);
    double highest_s = highest_bound(buckets);
    /* Just above the bound, so that it is not the row that ends there. */
    unsigned open_row = heat_bucket(highest_s * ms_per_s * (1 + 1e-9));
    double open = total - buckets_below(buckets, highest_s);
    double before = 0; /* rounded sums, so that the rows add up */
    for (unsigned row = 0; row < HEAT_BUCKETS; row++) {
        double below = row + 1 < HEAT_BUCKETS ? buckets_below(buckets, upper_s(row))
                                              : total - open;
        if (row >= open_row) below = fmin(below, total - open) + open;
        double sum = round(below);
        rows[row] = saturated(sum > before ? sum - before : 0);
        if (sum > before) before = sum;
    }
}
