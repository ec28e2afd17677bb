/* Hears what the demo's router logs, a JSON line per request, and counts it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/scan.h"
#include "core/metric.h"
#include "demo_place.h"

struct demo_log;
struct loop;

/* In the place of the demo: the one that it binds itself,
 * and the one that is left for a rollout's controller. */
#define DEMO_LOG_SOCKET    "log.sock"
#define DEMO_CANARY_SOCKET "canary.sock"

struct demo_log_arm {
    uint64_t requests;
    uint64_t failed;  /* 5xx, or no answer at all */
    uint64_t strayed; /* answered by the other one's backup */
};

struct demo_log_counts {
    struct demo_log_arm arms[TRACK_COUNT];
    uint64_t refused; /* by the router itself: no request that could be sent on */
    uint64_t notices; /* of no request, in words: a server went down or came up */
    uint64_t strange; /* lines that are no JSON, or not what the router writes */
};

/* Counts one line. */
void demo_log_count(struct demo_log_counts *counts, struct slice line);

/* Binds the socket; to be there before the router starts. */
struct demo_log *demo_log_new(
    struct loop *loop, const struct demo_place *place, struct error *err);
void demo_log_free(struct demo_log *log);

/* "seen    stable 1234 requests, 12 failed"; nothing before the first request. */
void demo_log_describe(const struct demo_log *log, struct buffer *to);
