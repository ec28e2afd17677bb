/* The last values of stable, and what a share of them does not exceed: the limit above
 * which a request counts as slow, or dear. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/record.h"

enum {
    BASELINE_ROOM = 2048,
    BASELINE_LEAST = 1000, /* fewer make no limit */
};

struct baseline {
    uint64_t added;
    uint64_t values[BASELINE_ROOM]; /* a ring */
};

void baseline_add(struct baseline *baseline, uint64_t value);
bool baseline_is_enough(const struct baseline *baseline);

/* The smallest value that so much (above 0 to 1)
 * of the kept ones do not exceed. 0 without any. */
uint64_t baseline_quantile(const struct baseline *baseline, double quantile);

extern const struct record baseline_record;
