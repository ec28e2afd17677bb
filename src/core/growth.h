/* How much counters and histograms grew over sliding windows. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/buckets.h"
#include "core/meaning.h"

enum {
    GROWTH_HISTOGRAMS = MEANING_TTFT - MEANING_LATENCY + 1,
    GROWTH_SNAPSHOTS = 16,
};

/* Totals since the beginning, at one time. */
struct growth_snapshot {
    uint64_t at_ns;
    double totals[MEANING_COUNT]; /* of a histogram: how many were counted */
    double buckets[GROWTH_HISTOGRAMS][BUCKETS_MAX];
};

/* What growth is counted over: some seconds for what is drawn, a minute for what is
 * judged. */
enum growth_reach { GROWTH_WINDOW, GROWTH_MINUTE, GROWTH_REACHES };

struct growth_past {
    uint64_t window_ns;
    uint32_t count;                                /* ever put into the ring */
    struct growth_snapshot ring[GROWTH_SNAPSHOTS]; /* evenly over the window */
};

struct growth {
    uint64_t recent_ns;
    struct growth_snapshot now;
    struct growth_past past[GROWTH_REACHES];
    uint32_t bound_count[GROWTH_HISTOGRAMS];
    double bounds[GROWTH_HISTOGRAMS][BUCKETS_MAX]; /* in order of appearance */
    double latest[BUCKETS_MAX]; /* latencies counted at the answer before */
    double latest_totals[MEANING_COUNT];
};

/* For counters that are read every `interval_ns`. */
void growth_init(struct growth *growth, uint64_t interval_ns);

/* The place of a bound, for growth_add_bucket(); false when there are too many. */
bool growth_bound(
    struct growth *growth, enum meaning histogram, double bound, uint8_t *place);

/* By how much something grew since the answer before. */
void growth_add(struct growth *growth, enum meaning meaning, double by);
void growth_add_bucket(
    struct growth *growth, enum meaning histogram, uint8_t place, double by);

/* What has been added means nothing, as after a restart: the windows begin here. */
void growth_break(struct growth *growth);

/* All of one answer has been added. */
void growth_close(struct growth *growth, uint64_t at_ns);

/* The times that growth is counted over, in seconds:
 * at most the time that was seen, NaN when nothing is known of it.
 * The recent one is about a second, for what must move at once. */
double growth_span_s(const struct growth *growth, enum growth_reach reach);
double growth_recent_s(const struct growth *growth);

/* Growth over a window, over the recent time, and of a
 * histogram over a window; the last two since the answer before,
 * to be asked for while this one is not closed yet. */
double growth_of(
    const struct growth *growth, enum growth_reach reach, enum meaning meaning);
double growth_recent_of(const struct growth *growth, enum meaning meaning);
struct buckets growth_buckets(
    const struct growth *growth, enum growth_reach reach, enum meaning histogram);
struct buckets growth_latest(const struct growth *growth);
double growth_latest_of(const struct growth *growth, enum meaning meaning);
