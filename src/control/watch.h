/* What the traffic of a rollout proves so far, and whether that is enough to say anything.
 * It is fed with observations, and looked at each second. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "core/decision.h"
#include "core/observation.h"
#include "core/rollout_plan.h"
#include "core/rollout_sight.h"

struct watch;

struct watch *watch_new(const struct rollout_plan *plan, bool known_assignment);
void watch_free(struct watch *watch); /* NULL is fine */

/* A new weight, or the same one with nothing to go on but what comes from now on. */
void watch_start_step(struct watch *watch, uint32_t weight_bp);

/* Nothing that was counted until now lets anything be promoted; harm stays harm. */
void watch_forget_safety(struct watch *watch);

/* What was counted is worth nothing: the traffic was not divided as asked. */
void watch_start_over(struct watch *watch);

/* One more observation. The facts about its user that are new: they are written down. */
uint32_t watch_add(struct watch *watch, const struct observation *seen);

/* The counts of both sides since the last ones, where users are not known. */
void watch_add_block(
    struct watch *watch, enum harm_metric metric, const struct trials *canary,
    const struct trials *stable);

struct watch_moment {
    uint64_t now_ns;
    uint64_t clock_ns;           /* of the step */
    uint32_t weight_bp, next_bp; /* now, and after a promotion */
    uint64_t data_age_ms;        /* of the oldest source that is needed */
    bool contradicts;            /* the sources do not fit together */
    bool is_ready;               /* instances of the canary are */
};

/* Decides anew. What it says of instances and words about them is the caller's. */
struct rollout_sight watch_look(struct watch *watch, const struct watch_moment *moment);

const struct decision *watch_decision(const struct watch *watch);
const struct evidence *watch_evidence(const struct watch *watch);

/* For a checkpoint; and what another controller had counted. */
void watch_save(const struct watch *watch, struct buffer *to);
bool watch_restore(struct watch *watch, const uint8_t *bytes, size_t length);
void watch_restore_user(struct watch *watch, uint64_t user, uint32_t facts);
