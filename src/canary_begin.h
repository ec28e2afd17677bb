/* Starts the controller of a rollout with the target and its plan, beside this program. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "actions/rollout_starter.h"
#include "canary_desk.h"

struct canary_begin_options {
    const struct canary_desk *desk; /* borrowed */
    enum rollout_launch_kind kind;
    uint64_t epoch;                  /* whose lock is meant; 0 for whoever has it */
    const struct rollout_plan *plan; /* borrowed for the call */
    rollout_started_fn on_started;
    void *owner;
};

/* NULL when it cannot be started at all. */
struct rollout_starter *canary_begin(
    const struct canary_begin_options *options, struct error *err);

/* A plan that says whose it is and which target; for one that is under way already. */
struct rollout_plan canary_begin_anew(const struct canary_desk *desk);
