/* What the metrics of one instance say at one time, whatever the service calls them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/buckets.h"
#include "core/growth.h"
#include "core/identity.h"
#include "core/meaning.h"
#include "core/metric.h"

enum reading_quantile { READING_P50, READING_P95, READING_P99, READING_QUANTILES };

/* What was counted within the last minute, as far as it was seen. */
struct reading_minute {
    double span_s; /* how much of it was seen */
    double requests, failed;
    struct buckets latencies;
};

/* NaN: the service does not say, or not enough is known yet. Durations in seconds. */
struct reading {
    uint64_t at_ns;
    double window_s; /* that growth is counted over */
    /* Counters and counts of histograms: growth over the window. Gauges: the value. */
    double values[MEANING_COUNT];
    double requests_per_s;                        /* over the last second or so */
    struct buckets histograms[GROWTH_HISTOGRAMS]; /* growth over the window */
    struct buckets latest; /* latencies counted since the reading before */
    /* The same of requests whose end is known; 0 after a break. */
    double latest_requests, latest_failed;
    struct buckets counted; /* latencies since the process began */
    struct reading_minute minute;
    double told[GROWTH_HISTOGRAMS][READING_QUANTILES]; /* by summaries */
    char version[IDENTITY_VERSION_SIZE];
    bool restarted;     /* since the reading before */
    bool fell;          /* a counter did, and it is no other process */
    bool mixed;         /* several processes answer: no number means anything */
    bool truncated;     /* larger than a limit: the same */
    bool odd;           /* a histogram contradicts itself */
    bool ended;         /* OpenMetrics said that this is all */
    uint32_t samples;   /* that could be read */
    uint32_t known;     /* series or keys that were understood */
    uint32_t bad_lines; /* that could not be read */
    uint32_t first_bad; /* the first of them */
};

/* The metrics of a track from the readings of its instances: rates add up, percentiles
 * come from merged histograms. A reading that means nothing is left out; a metric that
 * no reading has is NaN. METRIC_QUEUE_WAITING and METRIC_WORKERS are filled, too. */
void readings_sum(
    const struct reading *const *all, uint32_t count, float values[METRIC_COUNT]);

/* The row of a histogram in `histograms` and `told`. */
static inline uint32_t reading_row(enum meaning histogram) {
    return (uint32_t)histogram - (uint32_t)MEANING_LATENCY;
}
