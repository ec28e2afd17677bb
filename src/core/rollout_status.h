/* What a rollout's controller publishes: who does what, how far it is, how strong the
 * evidence is, and why it does not go on. Plain data, for screens and reports. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/rollout_feed.h"
#include "core/rollout_phase.h"
#include "core/state_sizes.h"
#include "core/ulid.h"

enum {
    ROLLOUT_STEPS_MAX = 16,
    ROLLOUT_METRICS_MAX = 12,
    ROLLOUT_WORDS_SIZE = 160,
    ROLLOUT_METRIC_NAME_SIZE = 24,
    ROLLOUT_BASIS_POINTS = 10000, /* all the traffic */
};

#define ROLLOUT_NEVER UINT64_MAX

/* What is known about one thing that may be worse than before: a share of the units
 * failed it. NaN where nothing can be said. */
struct rollout_metric {
    char name[ROLLOUT_METRIC_NAME_SIZE]; /* "errors", "slower than p95" */
    uint64_t stable_units, stable_failed;
    uint64_t canary_units, canary_failed;
    float harm; /* evidence: e-value; harm_limit of the status rolls back */
    float stable_low, stable_high; /* of the rate, at all times at once; 0 to 1 */
    float canary_low, canary_high;
};

/* A latency as it is shown, with the interval that holds at all times at once. */
struct rollout_latency {
    float value_ms, low_ms, high_ms; /* NaN: unknown, not bounded yet */
};

struct rollout_status {
    bool known;
    char id[ULID_STRING_SIZE];
    char from[STATE_VERSION_SIZE], to[STATE_VERSION_SIZE];
    char holder[STATE_NAME_SIZE], host[STATE_NAME_SIZE]; /* whose it is */
    int64_t since_ms;                                    /* wall clock; whose it is */
    uint64_t epoch;
    uint64_t version; /* rises with every transition: orders name the one they mean */
    uint8_t phase;    /* enum rollout_phase */
    uint8_t hold;     /* enum rollout_hold */
    uint8_t reached;  /* enum rollout_phase: the farthest forward; IDLE: not said */
    bool ended;       /* nothing of it runs any more */
    bool undoable;    /* the version before is still there */
    bool finalizing;  /* stable may have been given the version */
    bool guarded;     /* something sets the weight to 0 when the controller dies */
    char reason[ROLLOUT_WORDS_SIZE]; /* of the phase: why held, why rolled back */
    char actor[STATE_ACTOR_SIZE];    /* whose that was; "" for nobody's */
    char next[ROLLOUT_WORDS_SIZE];   /* what happens next, and when */
    char why_not_now[ROLLOUT_WORDS_SIZE];
    uint16_t step, steps; /* the one under way, from 1; 0 before the first */
    uint16_t steps_bp[ROLLOUT_STEPS_MAX];
    uint16_t wanted_bp; /* of the router, as asked for */
    float seen;         /* share of the canary in the traffic of the step; NaN */
    uint32_t lease_ms;  /* until the weight runs out; 0: it does not */
    uint32_t in_step_ms, hold_each_ms, max_each_ms; /* the clock of the step */
    uint32_t left_ms;     /* until the step may end, or what is done stays; 0: by now */
    uint32_t data_age_ms; /* that counts; UINT32_MAX: none came */
    uint32_t data_age_most_ms;           /* that is fresh; 0: not said */
    struct rollout_feed feeds[2];        /* of stable and canary */
    uint32_t jobs_open, oldest_job_ms;   /* logged requests that go on as jobs */
    char unrecorded[ROLLOUT_WORDS_SIZE]; /* why not all of it is recorded; "" */
    uint64_t canary_missing;  /* units of the canary until it may be promoted;
                                 ROLLOUT_NEVER: no number would do */
    float harm, harm_limit;   /* of all metrics together */
    float bound, bound_limit; /* extra failures of the next step, at worst; NaN */
    float split_evidence;     /* that the split is not what was asked for */
    uint32_t metric_count;
    struct rollout_metric metrics[ROLLOUT_METRICS_MAX];
    struct rollout_latency latency[2][3]; /* of stable and canary: p50, p95, p99 */
    uint64_t at_ns;
};
