/* SPDX-License-Identifier: MIT */
#include "core/growth.h"

#include <math.h>
#include <string.h>

#include "base/panic.h"
#include "base/units.h"

enum {
    WINDOW_S = 10,     /* long enough for percentiles of a few requests per second */
    MINUTE_S = 60,     /* long enough to judge by */
    SPACING = 12,      /* a snapshot each twelfth of the window */
    GAP_PERCENT = 150, /* an answer later than so much of the interval left a gap */
};

/* A poll comes a little early or late; still the one before it is the recent one. */
static const double recent_s = 0.9;

static size_t row_of(enum meaning histogram) {
    ensure(histogram >= MEANING_LATENCY && histogram <= MEANING_TTFT);
    return (size_t)(histogram - MEANING_LATENCY);
}

void growth_init(struct growth *growth, uint64_t interval_ns) {
    memset(growth, 0, sizeof *growth);
    static const uint64_t spans_s[GROWTH_REACHES] = {
        [GROWTH_WINDOW] = WINDOW_S, [GROWTH_MINUTE] = MINUTE_S};
    for (size_t i = 0; i < GROWTH_REACHES; i++) {
        uint64_t window_ns = spans_s[i] * NS_PER_S;
        if (window_ns < 2 * interval_ns) window_ns = 2 * interval_ns;
        growth->past[i].window_ns = window_ns + interval_ns * GAP_PERCENT / 100;
    }
    growth->recent_ns = (uint64_t)(recent_s * (double)NS_PER_S);
}

bool growth_bound(
    struct growth *growth, enum meaning histogram, double bound, uint8_t *place) {
    size_t row = row_of(histogram);
    uint32_t count = growth->bound_count[row];
    for (uint32_t i = 0; i < count; i++) {
        if (growth->bounds[row][i] < bound || growth->bounds[row][i] > bound) continue;
        *place = (uint8_t)i;
        return true;
    }
    if (count == BUCKETS_MAX) return false;
    growth->bounds[row][count] = bound;
    growth->bound_count[row]++;
    *place = (uint8_t)count;
    return true;
}

void growth_add(struct growth *growth, enum meaning meaning, double by) {
    growth->now.totals[meaning] += by;
}

void growth_add_bucket(
    struct growth *growth, enum meaning histogram, uint8_t place, double by) {
    growth->now.buckets[row_of(histogram)][place] += by;
}

static void begin_latest(struct growth *growth) {
    memcpy(growth->latest, growth->now.buckets[0], sizeof growth->latest);
    memcpy(growth->latest_totals, growth->now.totals, sizeof growth->latest_totals);
}

void growth_break(struct growth *growth) {
    for (size_t i = 0; i < GROWTH_REACHES; i++) growth->past[i].count = 0;
    begin_latest(growth);
}

static const struct growth_snapshot *snapshot(
    const struct growth_past *past, uint32_t back) {
    return &past->ring[(past->count - 1 - back) % GROWTH_SNAPSHOTS];
}

static uint32_t kept(const struct growth_past *past) {
    return past->count < GROWTH_SNAPSHOTS ? past->count : GROWTH_SNAPSHOTS;
}

/* The snapshot to count from: the oldest one inside the window,
 * or the first one that is `enough_ns` old. */
static const struct growth_snapshot *base_within(
    const struct growth *growth, const struct growth_past *past, uint64_t enough_ns) {
    const struct growth_snapshot *base = NULL;
    for (uint32_t back = 0; back < kept(past); back++) {
        const struct growth_snapshot *older = snapshot(past, back);
        if (growth->now.at_ns - older->at_ns > past->window_ns) break;
        if (older->at_ns < growth->now.at_ns) base = older;
        if (base && growth->now.at_ns - base->at_ns >= enough_ns) break;
    }
    return base;
}

static const struct growth_snapshot *base_of(
    const struct growth *growth, enum growth_reach reach) {
    return base_within(growth, &growth->past[reach], UINT64_MAX);
}

static const struct growth_snapshot *recent_base_of(const struct growth *growth) {
    return base_within(growth, &growth->past[GROWTH_WINDOW], growth->recent_ns);
}

/* What was read last becomes past, unless the past is dense enough there. */
static void keep(const struct growth_snapshot *now, struct growth_past *past) {
    uint64_t spacing_ns = past->window_ns / SPACING;
    if (past->count > 0 && now->at_ns - snapshot(past, 0)->at_ns < spacing_ns) return;
    past->ring[past->count % GROWTH_SNAPSHOTS] = *now;
    past->count++;
}

void growth_close(struct growth *growth, uint64_t at_ns) {
    growth->now.at_ns = at_ns;
    for (size_t i = 0; i < GROWTH_REACHES; i++) keep(&growth->now, &growth->past[i]);
    begin_latest(growth);
}

static double seconds_since(
    const struct growth *growth, const struct growth_snapshot *base) {
    if (!base) return NAN;
    return (double)(growth->now.at_ns - base->at_ns) / (double)NS_PER_S;
}

double growth_span_s(const struct growth *growth, enum growth_reach reach) {
    return seconds_since(growth, base_of(growth, reach));
}

double growth_recent_s(const struct growth *growth) {
    return seconds_since(growth, recent_base_of(growth));
}

static double total_since(
    const struct growth *growth, const struct growth_snapshot *base,
    enum meaning meaning) {
    return base ? growth->now.totals[meaning] - base->totals[meaning] : (double)NAN;
}

double growth_of(
    const struct growth *growth, enum growth_reach reach, enum meaning meaning) {
    return total_since(growth, base_of(growth, reach), meaning);
}

double growth_recent_of(const struct growth *growth, enum meaning meaning) {
    return total_since(growth, recent_base_of(growth), meaning);
}

static struct buckets buckets_since(
    const struct growth *growth, size_t row, const double *base) {
    struct buckets buckets = {0};
    for (uint32_t i = 0; i < growth->bound_count[row]; i++) {
        double grown = growth->now.buckets[row][i] - base[i];
        buckets_put(&buckets, growth->bounds[row][i], grown);
    }
    return buckets;
}

struct buckets growth_buckets(
    const struct growth *growth, enum growth_reach reach, enum meaning histogram) {
    const struct growth_snapshot *base = base_of(growth, reach);
    if (!base) return (struct buckets){0};
    size_t row = row_of(histogram);
    return buckets_since(growth, row, base->buckets[row]);
}

struct buckets growth_latest(const struct growth *growth) {
    return buckets_since(growth, 0, growth->latest);
}

double growth_latest_of(const struct growth *growth, enum meaning meaning) {
    return growth->now.totals[meaning] - growth->latest_totals[meaning];
}
