/* One step of a rollout as it is looked at afterwards: what came of it, and what would
 * have come of it by another rule. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/arm.h"
#include "core/decision.h"
#include "core/rollout_phase.h"
#include "core/state_sizes.h"
#include "core/trials.h"

/* clang-format off */
/*    id                  name */
#define ROLLOUT_ENDS(X) \
    X(ROLLOUT_END_NONE,   "undecided"), \
    X(ROLLOUT_END_UP,     "promote"), \
    X(ROLLOUT_END_BACK,   "roll back"), \
    X(ROLLOUT_END_HOLD,   "hold")
/* clang-format on */

#define X(id, name) id
enum rollout_end { ROLLOUT_ENDS(X), ROLLOUT_END_COUNT };
#undef X
const char *rollout_end_name(enum rollout_end end);

/* What comes of a step, and when. */
struct rollout_ending {
    enum rollout_end end;
    enum rollout_hold hold; /* of ROLLOUT_END_HOLD */
    int64_t at_ms;          /* wall clock */
    uint64_t in_step_ms;    /* of the step's clock */
    uint64_t requests;      /* of the canary until then, in the whole rollout */
    double evidence;        /* of harm */
    char why[DECISION_WORDS_SIZE];
    char actor[STATE_ACTOR_SIZE]; /* "auto"; a person's name */
};

/* Whether that changes what a step has come to: a person has to go on from a hold,
 * unless it passes by itself; nothing goes on from where it went back. */
bool rollout_ending_yields(const struct rollout_ending *before, enum rollout_end end);

/* One step, or a part of it: somebody who resumes begins another one. */
struct rollout_stretch {
    uint32_t step, weight_bp;
    int64_t from_ms, until_ms;
    struct trials arms[ARM_COUNT];  /* requests, and failures */
    struct rollout_ending ran;      /* what the rollout did */
    struct rollout_ending ran_then; /* and afterwards, if that was taken back */
    struct rollout_ending would;    /* what the rule would have done first */
    struct rollout_ending then; /* and afterwards, if it had promoted and went back */
};
