/* Latencies as one column of the heat map. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/buckets.h"

enum { HEAT_BUCKETS = 32 };

/* The row for a latency: 32 rows from 1 ms to 100 s, six per decade and the ends. */
unsigned heat_bucket(double latency_ms);

/* Spreads what the buckets (in seconds) counted over the rows
 * of heat_bucket(); what lies above the highest bound goes
 * to the row behind it. The sum stays the same, rounded. */
void heat_column(const struct buckets *buckets, uint16_t rows[HEAT_BUCKETS]);
