/* What the traffic of a rollout proves so far, and whether
 * that is enough to say anything. It is fed with observations,
 * and looked at each second; all of it is recorded. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "core/rollout_case.h"

struct rollout_recorder;
struct watch;

struct watch *watch_new(const struct rollout_plan *plan, bool known_assignment);
void watch_free(struct watch *watch); /* NULL is fine */

/* Writes down all that comes from now on; it is the watch's. NULL: nobody does. */
void watch_take_recorder(struct watch *watch, struct rollout_recorder *recorder);

/* A new weight, or the same one with nothing to go on but what comes from now on. */
void watch_start_step(struct watch *watch, uint32_t weight_bp);

/* Nothing that was counted until now lets anything be promoted; harm stays harm. */
void watch_forget_safety(struct watch *watch);

/* What was counted is worth nothing: the traffic was not divided as asked. */
void watch_start_over(struct watch *watch);

/* One more observation. The facts about its
 * user that are new: they are written down. */
uint32_t watch_add(struct watch *watch, const struct observation *seen);

/* The counts of both sides since the last ones, where users are not known. */
void watch_add_block(
    struct watch *watch, enum harm_metric metric, const struct trials *canary,
    const struct trials *stable);

/* Any of these; what another controller had recorded.
 * Facts are those of watch_add(). */
uint32_t watch_take(struct watch *watch, const struct rollout_input *input);

/* Why not all of it is recorded; "" while it is. */
const char *watch_unrecorded(const struct watch *watch);

/* What the rollout does, for the recording. */
void watch_follow(struct watch *watch, const struct rollout *rollout);

/* For how long a job may be open, and how many of the canary are for longer: they count
 * as failed in what is decided next. */
uint64_t watch_patience_us(const struct watch *watch);
void watch_add_overdue(struct watch *watch, uint32_t jobs);

/* Decides anew, as is also said in the moment.
 * Words about instances are the caller's. */
struct rollout_sight watch_look(struct watch *watch, struct rollout_moment *moment);

const struct decision *watch_decision(const struct watch *watch);
const struct evidence *watch_evidence(const struct watch *watch);

/* For a checkpoint: returns its place in the recording, 0 for none. And what another
 * controller had counted. */
uint64_t watch_save(const struct watch *watch, struct buffer *to);
bool watch_restore(struct watch *watch, const uint8_t *bytes, size_t length);
void watch_restore_user(struct watch *watch, uint64_t user, uint32_t facts);
