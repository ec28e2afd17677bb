/* Starts the controller of a rollout with the
 * target and its plan, beside this program. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "actions/rollout_starter.h"
#include "config.h"

struct canary_desk;

struct canary_begin_options {
    struct loop *loop;           /* borrowed */
    const struct config *config; /* borrowed for the call; its target is meant */
    enum rollout_launch_kind kind;
    uint64_t epoch;                  /* whose lock is meant; 0 for whoever has it */
    const struct rollout_plan *plan; /* borrowed for the call */
    rollout_started_fn on_started;
    void *owner;
};

/* NULL when it cannot be started at all. */
struct rollout_starter *canary_begin(
    const struct canary_begin_options *options, struct error *err);

/* Gives the plan an identifier that no other one has. */
void canary_begin_name(struct rollout_plan *plan);

/* A plan that says whose it is and which target; for one that is under way already. */
struct rollout_plan canary_begin_anew(const struct canary_desk *desk);
