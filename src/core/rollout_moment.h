/* A moment at which a rollout is decided about: where it stands, what else than its
 * traffic the decision is made from, and what was decided. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/decision.h"
#include "core/record.h"
#include "core/rollout.h"

struct rollout_moment {
    enum rollout_phase phase, held_at;
    enum rollout_hold hold;
    uint32_t step;
    uint32_t weight_bp, next_bp; /* now, and after a promotion */
    uint64_t clock_ns;           /* of the step */
    uint64_t unclocked_ns;       /* since it was counted last */
    uint64_t blind_ns;           /* for so long without data; 0: not at all */
    uint64_t data_age_ms;        /* of the oldest source that is needed */
    bool contradicts;            /* the sources do not fit together */
    bool is_ready;               /* instances of the canary are */
    bool is_gone;                /* and for so long not that nothing else matters */
    bool is_shaken;              /* by what took both versions down just now */
    bool has_drifted;            /* the router's weight is not ours, or not known */
    enum decision_kind decision; /* these two once it was decided */
    double evidence;             /* of harm */
};

/* What the rollout itself knows of it. */
struct rollout_moment rollout_moment_of(const struct rollout *rollout, uint64_t now_ns);

/* What a rollout would do on seeing that, by such a plan, of which no step waits for a
 * person: the phase that it would be in then, and why it would be held. */
struct rollout_turn {
    enum rollout_phase phase;
    enum rollout_hold hold;
};

/* The moment's step must be one of the plan's. */
struct rollout_turn rollout_moment_turn(
    const struct rollout_moment *moment, const struct rollout_plan *plan,
    const struct rollout_sight *sight);

extern const struct record rollout_moment_record;
