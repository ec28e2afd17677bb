/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "support/fixture_player.h"

/* Between -1 and 1, the same for the same arguments. */
static double noise(uint64_t at_s, unsigned salt) {
    uint64_t mix =
        at_s * UINT64_C(0x9E3779B97F4A7C15) + salt * UINT64_C(0xD1B54A32D192ED03);
    mix ^= mix >> 29;
    mix *= UINT64_C(0xBF58476D1CE4E5B9);
    mix ^= mix >> 32;
    return (double)(mix & 0xFFFF) / 32767.5 - 1;
}

/* Slow waves with a little noise around `middle`. */
static float wave(
    const struct fixture_player *player, double middle, double swing, unsigned salt) {
    double slow = sin((double)player->at_s / (31.0 + salt % 7) + salt);
    return (float)(middle + swing * (0.7 * slow + 0.3 * noise(player->at_s, salt)));
}

static void put(struct fixture_player *player, enum metric metric, float value) {
    struct values_event *values = &player->event.values;
    values->items[values->count].metric = (uint8_t)metric;
    values->items[values->count].value = value;
    values->count++;
}

/* The last minute as its last seconds are;
 * the fewer were seen, the wider the bounds. */
static void put_seen(struct fixture_player *player, float margin) {
    float last[METRIC_COUNT] = {0};
    struct values_event *values = &player->event.values;
    for (uint32_t i = 0; i < values->count; i++) {
        last[values->items[i].metric] = values->items[i].value;
    }
    float p95 = last[METRIC_P95];
    put(player, METRIC_SEEN, roundf(last[METRIC_RPS] * 59));
    put(player, METRIC_SEEN_SPAN, 59000);
    put(player, METRIC_SEEN_P95, p95);
    put(player, METRIC_SEEN_P95_LOW, p95 * (1 - margin));
    put(player, METRIC_SEEN_P95_HIGH, p95 * (1 + margin));
    put(player, METRIC_SEEN_ERRORS, last[METRIC_ERROR_RATIO]);
}

static bool is_worse(const struct fixture_player *player) {
    return player->fixture == FIXTURE_WORSE &&
           fixture_seconds_left(player) <= FIXTURE_WORSE_S;
}

/* Nobody asks any more: rates are zero, there are no shares and no percentiles, and
 * what was seen leaves the last minute bit by bit. */
static void put_idle(struct fixture_player *player) {
    uint64_t left = fixture_seconds_left(player);
    if (player->fixture != FIXTURE_IDLE || left >= FIXTURE_IDLE_S) return;
    enum { MINUTE_S = 60, SINCE_S = FIXTURE_IDLE_S - MINUTE_S };
    float kept = left > SINCE_S ? (float)(left - SINCE_S) / MINUTE_S : 0;
    struct values_event *values = &player->event.values;
    for (uint32_t i = 0; i < values->count; i++) {
        enum metric metric = (enum metric)values->items[i].metric;
        float *value = &values->items[i].value;
        bool counts = metric == METRIC_RPS || metric == METRIC_IN_FLIGHT ||
                      metric == METRIC_TOKENS || metric == METRIC_COST;
        bool seen = metric >= METRIC_SEEN && metric != METRIC_SEEN_SPAN;
        bool shares = metric <= METRIC_CACHE_HITS && !counts;
        if (metric == METRIC_SEEN) *value = roundf(*value * kept);
        if (counts) *value = 0;
        if (shares || (seen && metric != METRIC_SEEN && kept <= 0)) *value = NAN;
    }
}

static void put_track(struct fixture_player *player, enum track track) {
    bool canary = track == TRACK_CANARY;
    bool worse = canary && is_worse(player);
    double ramp =
        worse ? fmin((double)(FIXTURE_WORSE_S - fixture_seconds_left(player)) / 30, 1)
              : 0;
    unsigned salt = canary ? 50 : 0;
    double share = canary ? 0.1 : 0.9;
    put(player, METRIC_RPS, wave(player, 41 * share, 9 * share, salt + 1));
    put(player, METRIC_ERROR_RATIO,
        fmaxf(0, wave(player, 0.004 + 0.028 * ramp, 0.004, salt + 2)));
    put(player, METRIC_P50, wave(player, canary ? 322 + 60 * ramp : 310, 24, salt + 3));
    put(player, METRIC_P95,
        wave(player, canary ? 940 + 1260 * ramp : 921, 70, salt + 4));
    put(player, METRIC_P99,
        wave(player, canary ? 1690 + 1900 * ramp : 1630, 160, salt + 5));
    put(player, METRIC_IN_FLIGHT,
        roundf(wave(player, 14 * share + 1, 3 * share, salt + 6)));
    put(player, METRIC_TOKENS, wave(player, 4100 * share, 700 * share, salt + 7));
    put(player, METRIC_UPSTREAM, wave(player, 264, 31, salt + 8));
    put(player, METRIC_TTFT, wave(player, 118, 14, salt + 9));
    put(player, METRIC_RETRY_RATIO, wave(player, 0.012, 0.004, salt + 10));
    put(player, METRIC_THROTTLED, 0);
    put(player, METRIC_TOOL_ERRORS, wave(player, 0.006, 0.003, salt + 11));
    put(player, METRIC_COST, wave(player, 1.84 * share, 0.3 * share, salt + 12));
    put(player, METRIC_CACHE_HITS, NAN); /* asked for, not there */
    put(player, METRIC_BREAKER, 0);
    put(player, METRIC_CPU, wave(player, canary ? 0.11 : 0.42, 0.06, salt + 13));
    put(player, METRIC_MEMORY, wave(player, 38e6, 2e6, salt + 14));
    put(player, METRIC_FDS, roundf(wave(player, 61, 9, salt + 15)));
    put(player, METRIC_FDS_MAX, 1024);
    put(player, METRIC_HEALTH, wave(player, 14, 3, salt + 16));
    put_seen(player, canary ? 0.07F : 0.03F);
    put_idle(player);
}

static void put_target(struct fixture_player *player) {
    if (fixture_has_canary(player->fixture)) {
        put(player, METRIC_SPLIT_WANTED, 0.1F);
        put(player, METRIC_SPLIT_SEEN, wave(player, 0.1, 0.01, 30));
    }
    if (!fixture_redis_answers(player)) return;
    put(player, METRIC_QUEUE_WAITING, roundf(fmaxf(0, wave(player, 3, 4, 31))));
    put(player, METRIC_QUEUE_FLIGHT, roundf(fmaxf(0, wave(player, 1, 1, 32))));
    put(player, METRIC_QUEUE_AGE, fmaxf(0, wave(player, 300, 350, 33)));
    put(player, METRIC_QUEUE_DEAD, 0);
    put(player, METRIC_WORKERS, 2);
    put(player, METRIC_WORKERS_BUSY, player->at_s % 3 == 0 ? 2 : 1);
    put(player, METRIC_REDIS_PING, wave(player, 0.42, 0.12, 34));
    put(player, METRIC_REDIS_OPS, wave(player, 412, 80, 35));
    put(player, METRIC_REDIS_MEMORY, wave(player, 3.1e6, 2e5, 36));
    put(player, METRIC_REDIS_MAXMEM, 0);
    put(player, METRIC_REDIS_CLIENTS, 9);
    put(player, METRIC_REDIS_BLOCKED, 2);
    put(player, METRIC_REDIS_HITS, wave(player, 0.981, 0.004, 37));
    put(player, METRIC_REDIS_EVICTED, 0);
}

void fixture_send_values(struct fixture_player *player) {
    /* One missed scrape of the canary: a gap in its lines. */
    bool missed =
        fixture_seconds_left(player) >= 200 && fixture_seconds_left(player) < 215;
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        bool canary = track == TRACK_CANARY;
        if (canary && (!fixture_has_canary(player->fixture) || missed)) continue;
        struct values_event *values = &fixture_begin(player, EVENT_VALUES)->values;
        values->track = (uint8_t)track;
        values->step_ms = FIXTURE_POLL_MS;
        put_track(player, (enum track)track);
        fixture_send(player);
    }
    struct values_event *values = &fixture_begin(player, EVENT_VALUES)->values;
    values->track = STATE_TRACK_NONE;
    values->step_ms = FIXTURE_POLL_MS;
    put_target(player);
    fixture_send(player);
}
