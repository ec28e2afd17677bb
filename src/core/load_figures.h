/* The figures of a load run by what they are about. NaN: nobody has measured it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/state_sizes.h"

enum { LOAD_GATE_SIZE = 40, LOAD_FIGURE_SIZE = 16 };

/* Of the last second. */
struct load_rates {
    float wanted_per_s; /* by the schedule, or what the users would come to */
    float sent_per_s;
    float done_per_s;
    float error_ratio;
    float timeout_ratio;
};

enum load_limit {
    LOAD_HEALTH_UNKNOWN,
    LOAD_HEALTHY,
    LOAD_LIMITED, /* the generator is the limit: the figures are not the target's */
    LOAD_HEALTH_COUNT,
};

struct load_generator {
    uint8_t health;              /* enum load_limit */
    char limit[STATE_NAME_SIZE]; /* why it is the limit: "lag over 10% of p99"; "" */
    uint16_t workers;            /* processes */
    float cpu_cores;             /* 0.38: 38 % of one core, over all workers */
    float lag_p99_ms;            /* how late its loop woke */
    float late_ratio;            /* of requests that went out late */
    float reused_ratio;          /* of requests on a connection that was open already */
    float in_bytes_per_s;
    float memory_bytes; /* resident, over all workers */
    uint32_t sockets, sockets_wanted;
};

/* This run against the last one of the same scenario. */
struct load_result {
    float rps, p50_ms, p95_ms, p99_ms, error_ratio;
    float knee_per_s; /* up to which the gates hold, as a search found */
};

struct load_comparison {
    int64_t then_wall_ms;              /* 0: there was no such run */
    char revision[STATE_VERSION_SIZE]; /* of the target then; "" */
    struct load_result now, then;
};

/* A limit that the run has to keep, and how it stands. */
struct load_gate {
    char words[LOAD_GATE_SIZE];   /* "p95<2s" */
    char value[LOAD_FIGURE_SIZE]; /* "1.21s"; "": nothing was measured */
    uint8_t verdict;              /* enum verdict; INCONCLUSIVE with too few samples */
    float limit_ms;               /* of a latency; NaN for other gates */
};

/* How often one kind of answer came: a status, or why there was none. */
struct load_answer {
    char name[LOAD_FIGURE_SIZE]; /* "200", "timeout" */
    bool failed;
    uint64_t count;
};
