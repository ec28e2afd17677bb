/* How much each bucket of a histogram grew: merged over instances, read as percentiles
 * and spread over the rows of a heat map. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { BUCKETS_MAX = 64 };

/* Sorted by bound. Counts are cumulative,
 * as in Prometheus: all at or below the bound. */
struct buckets {
    uint32_t count;
    double bounds[BUCKETS_MAX]; /* the last one is infinity when there is one */
    double counts[BUCKETS_MAX];
};

/* Adds a bucket in its place; one that is there
 * already is added up. False when full. */
bool buckets_put(struct buckets *buckets, double bound, double count);

/* Makes counts that fall rise again, as they must; false when some had fallen. */
bool buckets_straighten(struct buckets *buckets);

/* Everything that was counted; 0 when empty. */
double buckets_total(const struct buckets *buckets);

/* Adds `from` to `to`. Where their bounds differ, counts are taken to be spread evenly
 * inside a bucket. */
void buckets_merge(struct buckets *to, const struct buckets *from);

/* The value below which that share lies, `quantile` from 0 to 1. NaN without counts; in
 * the bucket without an end the highest known bound. */
double buckets_quantile(const struct buckets *buckets, double quantile);

/* How many lie at or below `value`. */
double buckets_below(const struct buckets *buckets, double value);
