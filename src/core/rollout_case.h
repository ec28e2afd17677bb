/* The case for or against a version: what the traffic of its rollout proves so far, and
 * whether that is enough to say anything. Fed with one input after the other, live or
 * from a recording; by the same plan both say the same. It has no pointers. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/decision.h"
#include "core/evidence.h"
#include "core/rollout_input.h"
#include "core/rollout_plan.h"
#include "core/rollout_sight.h"

struct rollout_case {
    struct evidence evidence; /* large */
    struct decision decision; /* of the last moment */
    uint64_t overdue;         /* jobs of the canary, for the next moment */
};

/* `known_assignment`: whether the weight is the probability
 * with which each user is sent to the canary. */
void rollout_case_init(
    struct rollout_case *rollout_case, const struct rollout_plan *plan,
    bool known_assignment);

/* By which rules it decides. */
struct rollout_rules rollout_case_rules(
    const struct rollout_plan *plan, bool known_assignment);

/* What is known from now on. The facts about the user of an outcome that are new: they
 * are written down. Moments change nothing. */
uint32_t rollout_case_take(
    struct rollout_case *rollout_case, const struct rollout_input *input);

/* Decides anew, as is also said in the moment; what is overdue has to be told anew.
 * Words about instances are the caller's. */
struct rollout_sight rollout_case_decide(
    struct rollout_case *rollout_case, struct rollout_moment *moment);
