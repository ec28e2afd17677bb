/* What INFO says, as numbers. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/scan.h"

/* clang-format off */
/*    id                       field of INFO */
#define REDIS_INFO_NUMBERS(X) \
    X(REDIS_INFO_UPTIME_S,     "uptime_in_seconds") \
    X(REDIS_INFO_CLIENTS,      "connected_clients") \
    X(REDIS_INFO_BLOCKED,      "blocked_clients") \
    X(REDIS_INFO_CLIENTS_MAX,  "maxclients") \
    X(REDIS_INFO_REJECTED,     "rejected_connections") \
    X(REDIS_INFO_MEMORY,       "used_memory") \
    X(REDIS_INFO_MEMORY_MAX,   "maxmemory") \
    X(REDIS_INFO_EVICTED,      "evicted_keys") \
    X(REDIS_INFO_HITS,         "keyspace_hits") \
    X(REDIS_INFO_MISSES,       "keyspace_misses") \
    X(REDIS_INFO_OPS,          "instantaneous_ops_per_sec") \
    X(REDIS_INFO_LOADING,      "loading") \
    X(REDIS_INFO_AOF,          "aof_enabled")
/* clang-format on */

enum redis_info_number {
#define X(id, field) id,
    REDIS_INFO_NUMBERS(X)
#undef X
        REDIS_INFO_COUNT
};

enum { REDIS_INFO_WORD_SIZE = 32 };

struct redis_info {
    double numbers[REDIS_INFO_COUNT]; /* NaN: not said */
    char version[REDIS_INFO_WORD_SIZE];
    char policy[REDIS_INFO_WORD_SIZE]; /* what is done when the memory is full */
    bool replica;
    bool link_down;                     /* a replica without its master */
    bool snapshot_failed;               /* the last save to disk */
    bool log_failed;                    /* the last write to the append-only file */
    char slowest[REDIS_INFO_WORD_SIZE]; /* command of the worst p99; "" if not asked */
    double slowest_p99_us;              /* for INFO ALL; NaN otherwise */
};

/* False when this is no INFO. */
bool redis_info_read(struct slice text, struct redis_info *info);

/* Why an operator should worry, or NULL. */
const char *redis_info_trouble(const struct redis_info *info);
