/* How often which value came: constant memory, exact merges, quantiles off by 0.4 % at
 * most. The one histogram of pipes, Redis and the history. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Log-linear: 128 steps in every power of two. Values are microseconds, up to 71
 * minutes; larger ones count as the largest. */
enum {
    HISTOGRAM_STEP_BITS = 7,
    HISTOGRAM_VALUE_BITS = 32,
    HISTOGRAM_COUNTS =
        ((HISTOGRAM_VALUE_BITS - HISTOGRAM_STEP_BITS + 1) << HISTOGRAM_STEP_BITS),
    HISTOGRAM_LAYOUT = 1,                    /* of the encoding */
    HISTOGRAM_ENCODED_MAX = 64 * 1024 - 512, /* fits into the payload of an event */
};

struct histogram {
    uint64_t count;
    uint64_t sum_us;
    uint64_t min_us, max_us; /* exact; 0 while empty */
    uint64_t counts[HISTOGRAM_COUNTS];
};

void histogram_init(struct histogram *histogram);
void histogram_record(struct histogram *histogram, uint64_t value_us, uint64_t times);
void histogram_merge(struct histogram *into, const struct histogram *from);

/* The value that `quantile` (0 to 1) of the values do not exceed, in microseconds: the
 * middle of its step, within min and max. NaN while empty. */
double histogram_quantile(const struct histogram *histogram, double quantile);
double histogram_mean(const struct histogram *histogram); /* NaN while empty */

/* How many values were at most `value_us`, rounded up to its step. */
uint64_t histogram_count_below(const struct histogram *histogram, uint64_t value_us);

/* The step of a value, and the values [low, high] of a step. */
size_t histogram_step(uint64_t value_us);
uint64_t histogram_step_low(size_t step);
uint64_t histogram_step_high(size_t step);

/* Layout, count, sum, min, max, then runs of empty steps and counts as varints. Returns
 * the length, or 0 when it does not fit. */
size_t histogram_encode(const struct histogram *histogram, uint8_t *out, size_t size);

/* False, with `histogram` untouched, for bytes that are no histogram. */
bool histogram_decode(
    struct histogram *histogram, const uint8_t *bytes, size_t length,
    struct error *err);
