/* What a histogram of a load run says on its screen. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/heat_column.h"
#include "core/load_latency.h"

struct histogram;

/* A column of the heat map: the counts in the rows of
 * heat_bucket(), by the middle of each step; saturating. */
void load_heat_of(const struct histogram *histogram, uint16_t rows[HEAT_BUCKETS]);

/* Percentiles, the largest and the mean of a histogram; NaN when it is empty. */
void load_latencies_of(
    const struct histogram *histogram, float latencies_ms[LOAD_LATENCY_COUNT]);
