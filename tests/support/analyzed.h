/* A made-up rollout that is recorded and analyzed at once: it is decided about by its
 * own rule as a controller would, and what happens goes to the analysis. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/rollout_analysis.h"

struct analyzed {
    struct rollout_plan plan; /* the rollout's, and what is asked: to be changed */
    struct rollout_plan asked;
    struct rollout_analysis analysis;
    struct rollout_case live; /* the controller's */
    uint64_t user;            /* each request is somebody else's */
    int64_t now_ms;
    uint64_t clock_ns;
    uint32_t step;
    bool is_over;    /* it went back, or all steps are done */
    uint64_t backed; /* canary requests when it went back */
    char why[DECISION_WORDS_SIZE];
};

/* Freed with free(). */
struct analyzed *analyzed_new(void);

/* Once the plans are as they should be: stable is seen, then 5 % is on the canary. */
void analyzed_begin(struct analyzed *analyzed);

/* A second with so many requests of each side, the failures first; then it is decided,
 * and the rollout goes on or back. */
void analyzed_second(
    struct analyzed *analyzed, const struct trials *canary,
    const struct trials *stable);

/* Any other input. */
void analyzed_take(struct analyzed *analyzed, struct rollout_input input);
