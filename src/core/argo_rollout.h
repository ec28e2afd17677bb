/* A Rollout of Argo Rollouts: at which of its steps it stands, what share the new
 * version has, and what it waits for. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/node.h"

enum {
    ARGO_STEPS_MAX = 64,
    ARGO_NAME_SIZE = 64,
    ARGO_WORDS_SIZE = 160,
    ARGO_NO_WEIGHT = -1, /* a step that sets none */
};

struct argo_rollout {
    bool observed; /* the controller has looked at this generation */
    int64_t step;  /* the one under way, from 0; `step_count` behind the last */
    uint32_t step_count;
    int32_t weights[ARGO_STEPS_MAX]; /* percent that a step sets, or ARGO_NO_WEIGHT */
    bool pauses[ARGO_STEPS_MAX];     /* without an end of their own */
    bool paused, aborted;
    bool complete;  /* the version of the template is the stable one */
    int32_t weight; /* percent of the new version, as the router has it */
    char hash[ARGO_NAME_SIZE], stable_hash[ARGO_NAME_SIZE];
    char phase[ARGO_NAME_SIZE];
    char words[ARGO_WORDS_SIZE]; /* its own message */
};

/* ERROR_USAGE for a strategy that this cannot press on: analysis of Argo's own, timed
 * pauses, blue-green. */
bool argo_rollout_read(
    const struct node *object, struct argo_rollout *rollout, struct error *err);

/* The weight that comes when the pause ends that it stands at; 100 behind the last
 * step, ARGO_NO_WEIGHT when it stands at none. */
int32_t argo_rollout_next_weight(const struct argo_rollout *rollout);
