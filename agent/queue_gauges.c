/* SPDX-License-Identifier: MIT */
#include "agent/queue_gauges.h"

#include <stdio.h>

#include "agent/job_queue.h"
#include "agent/registry.h"
#include "base/units.h"
#include "core/outlook.h"

enum {
    ROW_COUNT = QUEUE_STREAMS + 2,
    STREAM_NUMBERS = 3,
    STATE_NUMBERS = 2,
    STATS = 4
};

static bool is_numbers(const struct redis_reply *row, size_t count) {
    if (row->kind != REDIS_LIST || row->count != count) return false;
    for (size_t i = 0; i < count; i++) {
        if (row->items[i].kind != REDIS_INTEGER) return false;
    }
    return true;
}

static bool is_snapshot(const struct redis_reply *reply) {
    if (reply->kind != REDIS_LIST || reply->count != ROW_COUNT) return false;
    for (size_t i = 0; i < QUEUE_STREAMS; i++) {
        if (!is_numbers(&reply->items[i], STREAM_NUMBERS)) return false;
    }
    return is_numbers(&reply->items[QUEUE_STREAMS], STATE_NUMBERS) &&
           is_numbers(&reply->items[QUEUE_STREAMS + 1], STATS);
}

static double number(const struct redis_reply *row, size_t index) {
    return (double)row->items[index].integer;
}

bool queue_gauges_set(struct registry *registry, const struct redis_reply *reply) {
    if (!is_snapshot(reply)) return false;
    for (size_t i = 0; i < QUEUE_STREAMS; i++) {
        const struct redis_reply *row = &reply->items[i];
        char priority[8];
        snprintf(priority, sizeof priority, "%d", (int)queue_priorities[i]);
        registry_set(registry, FAMILY_QUEUE_DEPTH, priority, NULL, number(row, 0));
        registry_set(registry, FAMILY_QUEUE_FLIGHT, priority, NULL, number(row, 1));
        registry_set(registry, FAMILY_QUEUE_AGE, priority, NULL, number(row, 2) / 1000);
    }
    const struct redis_reply *workers = &reply->items[QUEUE_STREAMS];
    registry_set(registry, FAMILY_WORKERS, "idle", NULL, number(workers, 0));
    registry_set(registry, FAMILY_WORKERS, "busy", NULL, number(workers, 1));
    const struct redis_reply *stats = &reply->items[QUEUE_STREAMS + 1];
    registry_set(registry, FAMILY_QUEUE_COMPLETED, "completed", NULL, number(stats, 0));
    registry_set(registry, FAMILY_QUEUE_COMPLETED, "failed", NULL, number(stats, 1));
    registry_set(registry, FAMILY_QUEUE_RECLAIMED, NULL, NULL, number(stats, 2));
    registry_set(registry, FAMILY_QUEUE_DEAD, NULL, NULL, number(stats, 3));
    return true;
}

bool queue_gauges_read(struct outlook_sample *sample, const struct redis_reply *reply) {
    if (!is_snapshot(reply)) return false;
    int64_t waiting = 0;
    int64_t oldest_ms = 0;
    for (size_t i = 0; i < QUEUE_STREAMS; i++) {
        const struct redis_reply *row = reply->items[i].items;
        waiting += row[0].integer;
        if (row[2].integer > oldest_ms) oldest_ms = row[2].integer;
    }
    const struct redis_reply *stats = reply->items[QUEUE_STREAMS + 1].items;
    int64_t finished = stats[0].integer + stats[1].integer;
    sample->waiting = waiting > 0 ? (uint64_t)waiting : 0;
    sample->finished = finished > 0 ? (uint64_t)finished : 0;
    sample->oldest_ns = (uint64_t)oldest_ms * NS_PER_MS;
    return true;
}

uint64_t queue_gauges_length(const struct redis_reply *reply) {
    int64_t length = 0;
    if (!is_snapshot(reply)) return 0;
    for (size_t i = 0; i < QUEUE_STREAMS; i++) {
        const struct redis_reply *row = reply->items[i].items;
        length += row[0].integer + row[1].integer;
    }
    return length > 0 ? (uint64_t)length : 0;
}

void queue_gauges_unset(struct registry *registry) {
    static const enum family families[] = {
        FAMILY_QUEUE_DEPTH,     FAMILY_QUEUE_FLIGHT,    FAMILY_QUEUE_AGE,
        FAMILY_QUEUE_COMPLETED, FAMILY_QUEUE_RECLAIMED, FAMILY_QUEUE_DEAD,
        FAMILY_WORKERS};
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        registry_unset(registry, families[i]);
    }
}
