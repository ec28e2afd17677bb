/* What a rollout is decided from, made up. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/random.h"
#include "core/rollout_input.h"

/* Steps of 5 %, 25 % and 100 %, each from ten seconds to a minute, by evidence. */
struct rollout_plan inputs_plan(void);

struct rollout_input input_outcome(const struct observation *seen);
struct rollout_input input_step(uint32_t weight_bp);

/* The plan's step, watched for so long, with fresh data and a canary that is ready. */
struct rollout_input input_moment(uint32_t step, uint64_t clock_ns);
struct rollout_input input_transition(
    enum rollout_phase phase, uint32_t step, const char *reason);

/* Any kind but GAP and FULL, a little after `at_ms`. */
struct rollout_input input_any(struct random *random, int64_t at_ms);

/* Whether both are written alike. */
bool input_is(const struct rollout_input *input, const struct rollout_input *other);
