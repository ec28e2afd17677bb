/* Everything that is drawn as a graph or shown as a number: one row per metric. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* clang-format off */
/*    id                    name               scope             unit               label */
#define METRICS(X) \
    X(METRIC_RPS,           "rps",             METRIC_OF_TRACK,  METRIC_PER_S,      "rps"), \
    X(METRIC_ERROR_RATIO,   "error_ratio",     METRIC_OF_TRACK,  METRIC_RATIO,      "err %"), \
    X(METRIC_P50,           "p50_ms",          METRIC_OF_TRACK,  METRIC_MS,         "p50"), \
    X(METRIC_P95,           "p95_ms",          METRIC_OF_TRACK,  METRIC_MS,         "p95"), \
    X(METRIC_P99,           "p99_ms",          METRIC_OF_TRACK,  METRIC_MS,         "p99"), \
    X(METRIC_IN_FLIGHT,     "in_flight",       METRIC_OF_TRACK,  METRIC_COUNT_UNIT, "in-flight"), \
    X(METRIC_TOKENS,        "tokens_per_s",    METRIC_OF_TRACK,  METRIC_PER_S,      "tokens/s"), \
    X(METRIC_UPSTREAM,      "upstream_ms",     METRIC_OF_TRACK,  METRIC_MS,         "upstream"), \
    X(METRIC_TTFT,          "ttft_ms",         METRIC_OF_TRACK,  METRIC_MS,         "ttft"), \
    X(METRIC_RETRY_RATIO,   "retry_ratio",     METRIC_OF_TRACK,  METRIC_RATIO,      "retries"), \
    X(METRIC_THROTTLED,     "throttled_ratio", METRIC_OF_TRACK,  METRIC_RATIO,      "429s"), \
    X(METRIC_TOOL_ERRORS,   "tool_error_ratio",METRIC_OF_TRACK,  METRIC_RATIO,      "tool err"), \
    X(METRIC_COST,          "cost_per_min",    METRIC_OF_TRACK,  METRIC_DOLLARS,    "$/min"), \
    X(METRIC_CACHE_HITS,    "cache_hit_ratio", METRIC_OF_TRACK,  METRIC_RATIO,      "cache hit"), \
    X(METRIC_BREAKER,       "breaker_open",    METRIC_OF_TRACK,  METRIC_STATE,      "breaker"), \
    X(METRIC_CPU,           "cpu_ratio",       METRIC_OF_TRACK,  METRIC_RATIO,      "cpu"), \
    X(METRIC_MEMORY,        "memory_bytes",    METRIC_OF_TRACK,  METRIC_BYTES,      "mem"), \
    X(METRIC_FDS,           "fds",             METRIC_OF_TRACK,  METRIC_COUNT_UNIT, "fds"), \
    X(METRIC_FDS_MAX,       "fds_max",         METRIC_OF_TRACK,  METRIC_COUNT_UNIT, "fds max"), \
    X(METRIC_HEALTH,        "health_ms",       METRIC_OF_TRACK,  METRIC_MS,         "health"), \
    X(METRIC_SPLIT_WANTED,  "split_wanted",    METRIC_OF_TARGET, METRIC_RATIO,      "split"), \
    X(METRIC_SPLIT_SEEN,    "split_seen",      METRIC_OF_TARGET, METRIC_RATIO,      "seen"), \
    X(METRIC_QUEUE_WAITING, "queue_waiting",   METRIC_OF_TARGET, METRIC_COUNT_UNIT, "queue"), \
    X(METRIC_QUEUE_FLIGHT,  "queue_in_flight", METRIC_OF_TARGET, METRIC_COUNT_UNIT, "taken"), \
    X(METRIC_QUEUE_AGE,     "queue_oldest_ms", METRIC_OF_TARGET, METRIC_MS,         "oldest"), \
    X(METRIC_QUEUE_DEAD,    "queue_dead",      METRIC_OF_TARGET, METRIC_COUNT_UNIT, "dead"), \
    X(METRIC_WORKERS,       "workers",         METRIC_OF_TARGET, METRIC_COUNT_UNIT, "workers"), \
    X(METRIC_WORKERS_BUSY,  "workers_busy",    METRIC_OF_TARGET, METRIC_COUNT_UNIT, "busy"), \
    X(METRIC_REDIS_PING,    "redis_ping_ms",   METRIC_OF_TARGET, METRIC_MS,         "ping"), \
    X(METRIC_REDIS_OPS,     "redis_ops",       METRIC_OF_TARGET, METRIC_PER_S,      "ops/s"), \
    X(METRIC_REDIS_MEMORY,  "redis_memory",    METRIC_OF_TARGET, METRIC_BYTES,      "mem"), \
    X(METRIC_REDIS_MAXMEM,  "redis_maxmemory", METRIC_OF_TARGET, METRIC_BYTES,      "maxmem"), \
    X(METRIC_REDIS_CLIENTS, "redis_clients",   METRIC_OF_TARGET, METRIC_COUNT_UNIT, "clients"), \
    X(METRIC_REDIS_BLOCKED, "redis_blocked",   METRIC_OF_TARGET, METRIC_COUNT_UNIT, "blocked"), \
    X(METRIC_REDIS_HITS,    "redis_hit_ratio", METRIC_OF_TARGET, METRIC_RATIO,      "hit"), \
    X(METRIC_REDIS_EVICTED, "redis_evicted",   METRIC_OF_TARGET, METRIC_PER_S,      "evict/s"), \
    /* What is judged: the last minute, as far as it was seen; a percentile with bounds. */ \
    X(METRIC_SEEN,          "seen_requests",   METRIC_OF_TRACK,  METRIC_COUNT_UNIT, "n"), \
    X(METRIC_SEEN_SPAN,     "seen_ms",         METRIC_OF_TRACK,  METRIC_MS,         "seen for"), \
    X(METRIC_SEEN_P95,      "seen_p95_ms",     METRIC_OF_TRACK,  METRIC_MS,         "p95"), \
    X(METRIC_SEEN_P95_LOW,  "seen_p95_low_ms", METRIC_OF_TRACK,  METRIC_MS,         "p95 from"), \
    X(METRIC_SEEN_P95_HIGH, "seen_p95_high_ms",METRIC_OF_TRACK,  METRIC_MS,         "p95 to"), \
    X(METRIC_SEEN_ERRORS,   "seen_error_ratio",METRIC_OF_TRACK,  METRIC_RATIO,      "errors"), \
    /* Of a load run; they come with EVENT_LOAD, never with EVENT_VALUES. */ \
    X(METRIC_LOAD_WANTED,   "load_wanted",     METRIC_OF_TARGET, METRIC_PER_S,      "wanted"), \
    X(METRIC_LOAD_SENT,     "load_sent",       METRIC_OF_TARGET, METRIC_PER_S,      "sent"), \
    X(METRIC_LOAD_DONE,     "load_done",       METRIC_OF_TARGET, METRIC_PER_S,      "done"), \
    X(METRIC_LOAD_ERRORS,   "load_errors",     METRIC_OF_TARGET, METRIC_RATIO,      "errors"), \
    X(METRIC_LOAD_TIMEOUTS, "load_timeouts",   METRIC_OF_TARGET, METRIC_RATIO,      "timeouts"), \
    X(METRIC_LOAD_USERS,    "load_users",      METRIC_OF_TARGET, METRIC_COUNT_UNIT, "users")
/* clang-format on */
