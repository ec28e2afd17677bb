/* The moves that a rollout is made of: for the files of its state machine alone. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/rollout.h"

/* Who made a move, why, and when. */
struct rollout_cause {
    const char *actor, *words;
    uint64_t now_ns;
};

#define ROLLOUT_AUTO "auto" /* the actor that is nobody */

/* "ann@ops1": one name may be somebody else's on another machine. */
void rollout_name_actor(
    char actor[STATE_ACTOR_SIZE], const char *who, const char *host);

extern const struct rollout_effect rollout_rest;

/* Another phase, or the same one anew: a transition. */
void rollout_move(
    struct rollout *rollout, enum rollout_phase phase,
    const struct rollout_cause *cause);
struct rollout_effect rollout_halt(
    struct rollout *rollout, enum rollout_hold hold, const struct rollout_cause *cause);
bool rollout_is_going_back(const struct rollout *rollout);
struct rollout_effect rollout_go_back(
    struct rollout *rollout, const struct rollout_cause *cause);
/* Stable gets the version before, wherever the traffic is meanwhile. */
struct rollout_effect rollout_restore(
    struct rollout *rollout, const struct rollout_cause *cause);
/* It has come back: all traffic is on stable. */
struct rollout_effect rollout_arrive(
    struct rollout *rollout, const struct rollout_cause *cause);
/* To the weight of that step. */
struct rollout_effect rollout_raise(
    struct rollout *rollout, uint32_t step, const struct rollout_cause *cause);
/* To the next step, or to the end. */
struct rollout_effect rollout_promote(
    struct rollout *rollout, const struct rollout_cause *cause);
struct rollout_effect rollout_finalize(
    struct rollout *rollout, const struct rollout_cause *cause);
struct rollout_effect rollout_leave(struct rollout *rollout);
/* PREFLIGHT, DEPLOYING and SMOKE, from the beginning. */
struct rollout_effect rollout_redo(
    struct rollout *rollout, enum rollout_phase phase,
    const struct rollout_cause *cause);
/* Gathers evidence at this weight: from now on, or with what there is. */
void rollout_watch_anew(struct rollout *rollout, const struct rollout_cause *cause);
void rollout_watch_on(struct rollout *rollout, const struct rollout_cause *cause);
/* The step's time and evidence of safety begin, whether or not it is watched yet. */
void rollout_count_anew(struct rollout *rollout, uint64_t now_ns);
