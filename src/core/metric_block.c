/* SPDX-License-Identifier: MIT */
#include "core/metric_block.h"

#include <math.h>

#include "core/baseline.h"

/* Counters are whole numbers, as far as a double holds them. */
static const double count_max = 9007199254740992.0;

static bool is_latency(enum harm_metric metric) {
    return harm_metric_source(metric) == HARM_SOURCE_LATENCY;
}

static bool is_closed(const struct buckets *buckets) {
    return buckets->count > 0 && isinf(buckets->bounds[buckets->count - 1]);
}

bool metric_limits_take(struct metric_limits *limits, const struct buckets *stable) {
    double total = buckets_total(stable);
    if (!is_closed(stable) || !(total >= BASELINE_LEAST)) return false;
    *limits = (struct metric_limits){0};
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        enum harm_metric metric = (enum harm_metric)i;
        if (!is_latency(metric)) continue;
        double enough = (1 - harm_metric_share(metric)) * total;
        uint32_t at = 0;
        while (at + 1 < stable->count && stable->counts[at] < enough) at++;
        if (isinf(stable->bounds[at])) continue; /* nothing is slower than that */
        limits->edges[metric] = stable->bounds[at];
        limits->has |= HARM_BIT(metric);
    }
    return true;
}

static uint64_t whole(double count) {
    if (!(count > 0)) return 0;
    return (uint64_t)llround(fmin(count, count_max));
}

static void add(struct trials *trials, double count, double failures) {
    trials->count += whole(count);
    trials->failures += whole(fmin(failures, count)); /* one may count several errors */
}

/* How many were at or below exactly this bound; NaN without such an edge. */
static double count_at(const struct buckets *buckets, double edge) {
    for (uint32_t i = 0; i < buckets->count; i++) {
        bool is_it = buckets->bounds[i] <= edge && buckets->bounds[i] >= edge;
        if (is_it) return buckets->counts[i];
    }
    return NAN;
}

static bool is_rising(const struct buckets *buckets) {
    struct buckets copy = *buckets;
    return buckets_straighten(&copy);
}

/* An instance that has answered nothing yet has no histogram either. */
static void add_slow(
    struct metric_block *block, const struct metric_limits *limits, enum arm arm,
    const struct reading *reading) {
    const struct buckets *latest = &reading->latest;
    bool is_idle = latest->count == 0 && !(reading->latest_requests > 0);
    bool is_sound = is_closed(latest) && is_rising(latest) && !reading->odd;
    double total = buckets_total(latest);
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        enum harm_metric metric = (enum harm_metric)i;
        if (!is_latency(metric) || is_idle) continue;
        double fast = count_at(latest, limits->edges[metric]);
        if (!is_sound || isnan(fast)) {
            block->unknown |= HARM_BIT(metric);
        } else {
            add(&block->trials[arm][metric], total, total - fast);
        }
    }
}

bool metric_block_add(
    struct metric_block *block, const struct metric_limits *limits, enum arm arm,
    const struct reading *reading) {
    bool counts = !isnan(reading->latest_requests);
    if (counts && isnan(reading->latest_failed)) return false;
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        bool has_limit = (limits->has & HARM_BIT(i)) != 0;
        if (i != HARM_ERRORS && !has_limit) block->unknown |= HARM_BIT(i);
    }
    if (counts) {
        add(&block->trials[arm][HARM_ERRORS], reading->latest_requests,
            reading->latest_failed);
        block->counts[arm] = true;
    }
    add_slow(block, limits, arm, reading);
    return true;
}

bool metric_block_has(const struct metric_block *block, enum harm_metric metric) {
    return (block->unknown & HARM_BIT(metric)) == 0;
}
