/* A rollout of a made-up service, decided as a real one: for measuring the rules. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/decision.h"
#include "core/random.h"
#include "support/threshold_rules.h"

struct simulated_rollout {
    struct random random;
    struct evidence evidence;
    double requests_per_s;
    double stable_rate, canary_rate;
    double outage_rate; /* of both versions in minutes 3 to 7 of each step; 0: none */
    bool runs_on; /* a step lasts as long as it may, and ends as it was decided first */
    uint64_t now_ms, in_step_ms;
    double due;                                /* requests that are not whole yet */
    uint64_t canary_requests, canary_failures; /* of the whole rollout */
    struct threshold_rules others;             /* in the first step */
};

/* Forgets the last run; the random numbers go on. */
void simulated_rollout_begin(
    struct simulated_rollout *rollout, const struct rollout_rules *rules);

/* One step, looked at every ten seconds and after each failure of the canary: what ends
 * it, which is never DECISION_WATCH. */
enum decision_kind simulated_rollout_step(
    struct simulated_rollout *rollout, uint32_t weight_bp, uint32_t next_bp);

/* 5, 25, 50 and then 100 percent: PROMOTE when it got through all of them. */
enum decision_kind simulated_rollout_run(struct simulated_rollout *rollout);
