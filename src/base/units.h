/* Durations, sizes, ratios and counts: how people write them and how they are shown. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/scan.h"
#include "base/text.h"

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S  UINT64_C(1000000000)

/* "250ms", "2s", "1.5h", "10m", "7d";
 * a bare number is refused: the unit is the point. */
bool units_parse_duration(struct slice from, uint64_t *duration_ns);

/* "64KiB", "16MB", "300": bytes. */
bool units_parse_bytes(struct slice from, uint64_t *bytes);

/* "99.9%" and "0.999" are the same ratio; nothing outside 0 to 1. */
bool units_parse_ratio(struct slice from, double *ratio);

/* A measured value as a whole number: cut, 0 for what is negative or no number, and the
 * largest there is for what does not fit. */
uint64_t units_whole(double value);

/* "14ms", "1.41s", "2m05s", "3h10m", "26h", "4d": at most six cells. */
void units_add_duration(struct text *text, uint64_t duration_ns);

/* "0", "3.1", "412", "12.4k", "8.2M": at most six cells. A dash for NaN. */
void units_add_count(struct text *text, double count);

/* "512B", "41.0K", "1.6G". */
void units_add_bytes(struct text *text, double bytes);

/* Percent without the sign: "0.03", "4.2", "100". A dash for NaN. */
void units_add_percent(struct text *text, double ratio);

/* UTC, ISO 8601 with milliseconds: "2026-11-22T12:10:03.250Z". */
void units_add_timestamp(struct text *text, int64_t wall_ms);

/* The time of day in UTC: "12:10:03". */
void units_add_clock(struct text *text, int64_t wall_ms);
