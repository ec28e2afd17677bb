/* The past of one metric: a value per step for an hour,
 * one per ten seconds for a day. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    SERIES_FINE_COUNT = 14400,  /* an hour at 250 ms */
    SERIES_COARSE_COUNT = 8640, /* a day at 10 s */
};

#define SERIES_STEP_MIN_NS    UINT64_C(250000000)
#define SERIES_COARSE_STEP_NS UINT64_C(10000000000)

/* A ring of slots; slot = time / step. All zero is an empty series, so that memory that
 * was never written stays untouched. */
struct series_ring {
    uint64_t first; /* the oldest slot ever put, plus one; 0 while empty */
    uint64_t last;  /* the newest slot, plus one */
};

struct series {
    uint64_t step_ns; /* of the fine ring; 0 until the first value */
    struct series_ring fine;
    struct series_ring coarse;
    double coarse_sum; /* of the coarse slot being filled */
    uint32_t coarse_count;
    uint16_t fine_values[SERIES_FINE_COUNT]; /* bfloat16: off by 0.4 % at most */
    uint16_t coarse_values[SERIES_COARSE_COUNT];
};

/* An empty series whose values come every `step_ns`, at least SERIES_STEP_MIN_NS. */
void series_init(struct series *series, uint64_t step_ns);

/* Values must come in order of time; one that is older than the newest is dropped. */
void series_put(struct series *series, uint64_t at_ns, float value);

/* The value of the slot that holds `at_ns`, or of the one before it when that one is
 * still to come; NaN for a gap. Falls back to the coarse ring past the hour. */
float series_at(const struct series *series, uint64_t at_ns);

/* One number per column over [from_ns, until_ns): the mean of the values in each; NaN
 * for a column without any. */
void series_columns(
    const struct series *series, uint64_t from_ns, uint64_t until_ns, float *columns,
    size_t count);
