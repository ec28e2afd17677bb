/* What became of a worker of a queue: alive, late, ended on purpose, or dead.
 *
 *   ALIVE ── its beats are late ──► LATE ── its hash ran out ──► MISSING
 *   any ── its consumer and its hash are gone ──► GONE
 *   LEFT (it said so, jobs are still its own) ── others took them over ──► GONE
 *   MISSING ── nothing is its own, and others have carried on for a minute ──► PAST
 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum worker_fate {
    WORKER_ALIVE,
    WORKER_LATE,    /* stopped, stuck or dead */
    WORKER_LEFT,    /* with jobs in hand */
    WORKER_MISSING, /* it said nothing before it ended */
    WORKER_GONE,    /* to be forgotten: it said goodbye, or somebody removed it */
    WORKER_PAST,    /* to be forgotten: nothing depends on it any more */
};

/* One look at it. */
struct worker_sight {
    bool listed;       /* a consumer of some queue */
    bool beats;        /* its hash is there */
    bool left;         /* its hash says that it ended */
    int64_t pending;   /* jobs taken and not ended */
    int64_t idle_ms;   /* since it last asked for a job */
    int64_t silent_ms; /* since its last beat; negative when that is not known */
    int64_t every_ms;  /* between beats, as it says; 0 when it does not */
};

/* What earlier looks told; all zero at first. */
struct worker_memory {
    bool beaten;         /* it was seen alive */
    bool left;           /* and seen to leave */
    uint64_t missing_ns; /* since when it is missing; 0 while it is not */
};

/* Whether it beats, and in time. */
bool worker_is_alive(const struct worker_sight *sight);

/* `others` is whether another worker of its queues is alive. */
enum worker_fate worker_fate_of(
    const struct worker_sight *sight, struct worker_memory *memory, bool others,
    uint64_t now_ns);
