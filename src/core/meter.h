/* Keeps the counters of one instance between its answers and turns them into readings:
 * restarts are recognised, gaps stay empty. A scrape is fed series by series. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/scan.h"
#include "core/reading.h"
#include "core/tally.h"

struct line_memory;
struct meter;

/* What becomes of the values of a series. */
enum meter_kind {
    METER_IGNORED,
    METER_COUNTER,
    METER_GAUGE,
    METER_STATE, /* a gauge: 0 good, 1 partly, 2 open */
    METER_BUCKET,
};

/* For an instance that is asked every `interval_ns`. */
struct meter *meter_new(uint64_t interval_ns);
void meter_free(struct meter *meter);

/* An answer begins. */
void meter_begin(struct meter *meter);

/* The series written as `key`; `is_new` when it has to be told first what it is good
 * for, see below. NULL when there are too many. */
struct tally_series *meter_series(struct meter *meter, struct slice key, bool *is_new);

/* The place of a series, and the series of a place, until the lines are forgotten. */
uint32_t meter_place(const struct meter *meter, const struct tally_series *series);
struct tally_series *meter_series_at(struct meter *meter, uint32_t place);

/* What lines mean whose series are at such places; forgotten by the meter itself. */
struct line_memory *meter_lines(struct meter *meter);

/* Says what a new series is good for: its values go to `meaning`, up to TALLY_CELLS of
 * them. Of several ranks only the lowest counts. Without a series it only makes known
 * that the service counts this. */
void meter_assign(
    struct meter *meter, struct tally_series *series, enum meter_kind kind,
    enum meaning meaning, uint8_t rank);
void meter_assign_bucket(
    struct meter *meter, struct tally_series *series, enum meaning histogram,
    uint8_t rank, double bound);

/* The value of a series in this answer. */
void meter_take(struct meter *meter, struct tally_series *series, double value);

/* A percentile as a summary tells it, and the version of the service. */
void meter_take_quantile(
    struct meter *meter, enum meaning histogram, double quantile, double value);
void meter_take_version(struct meter *meter, struct slice version);

/* The answer is larger than a limit: what was read of it means nothing. */
void meter_truncated(struct meter *meter);

/* The answer ends. Its reading is borrowed until the next one begins.
 * When the process behind it turns out to be a new one,
 * `again` is set: read the same answer once more. */
struct reading *meter_end(struct meter *meter, uint64_t at_ns, bool *again);
