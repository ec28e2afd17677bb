/* How a version is to be let in: what an operator asks for when a rollout starts. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/record.h"
#include "core/rollout_rules.h"
#include "core/rollout_status.h"

struct rollout_step {
    uint32_t weight_bp; /* of the canary */
};

struct rollout_plan {
    char id[ULID_STRING_SIZE];
    char target[STATE_NAME_SIZE];
    char from[STATE_VERSION_SIZE], to[STATE_VERSION_SIZE];
    char holder[STATE_NAME_SIZE], host[STATE_NAME_SIZE];
    char reason[ROLLOUT_WORDS_SIZE];
    uint32_t step_count;
    struct rollout_step steps[ROLLOUT_STEPS_MAX]; /* ascending; the last one is all */
    uint64_t hold_each_ns;                        /* the least time at each weight */
    uint64_t max_each_ns;                         /* then it is held: inconclusive */
    uint64_t keep_previous_ns;                    /* how long an undo is possible */
    uint64_t warm_up_ns;   /* latencies after a raise that do not count */
    uint64_t stale_ns;     /* data older than that are no data */
    uint64_t blind_max_ns; /* without data so long: a person is asked for */
    uint32_t rule;         /* enum rollout_rule */
    double alpha;          /* chance of a rollback without a reason */
    double material;       /* harm counts from so many times stable's */
    double budget_ratio;   /* extra failures of all traffic, accepted */
    bool manual;           /* each promotion waits for a person */
};

extern const struct record rollout_plan_record;

/* Whether it can be the name of one: short, without blanks, quotes and what a shell or
 * a template would read into it. "" is none. */
bool rollout_plan_is_version(const char *version);

/* ERROR_USAGE for a plan that makes no sense: steps that do not rise to all the
 * traffic, no version, times or shares out of range. */
bool rollout_plan_check(const struct rollout_plan *plan, struct error *err);
