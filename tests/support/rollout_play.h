/* A rollout that a test plays through, event by event: a plan of four steps, ann's on
 * ops1. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/rollout.h"

struct rollout_play {
    struct rollout rollout;
    struct rollout_effect effect;
    struct rollout_answer answer;
    uint64_t now_ns;
};

/* 5 %, 25 %, 50 %, all; 10 s at least and 60 s at most at each. */
extern const struct rollout_plan play_plan;
/* Nothing to say yet; enough for the next weight; enough to go back; no data. */
extern const struct rollout_sight play_good, play_safe, play_harmed, play_blind;

/* Fail the test unless it stands there. */
void play_expect(const struct rollout_play *play, enum rollout_phase phase);
void play_expect_hold(const struct rollout_play *play, enum rollout_hold hold);
/* Going back was asked for, is done, and is the end. */
void play_expect_back(struct rollout_play *play);

/* What happens; the effect is in play->effect. */
void play_see(struct rollout_play *play, const struct rollout_sight *sight);
void play_read(struct rollout_play *play, uint32_t weight_bp);
void play_set(struct rollout_play *play, enum rollout_set how);
/* Of the version that is seen; whether it was accepted. */
bool play_order_as(
    struct rollout_play *play, const char *who, enum rollout_order_kind kind,
    bool force);
bool play_order(struct rollout_play *play, enum rollout_order_kind kind);

/* From nothing to PREFLIGHT, to the first RAISING, to the first WATCHING. */
void play_begin(struct rollout_play *play);
void play_begin_raising(struct rollout_play *play);
void play_begin_watching(struct rollout_play *play);
/* The first step was safe for as long as it takes. */
void play_begin_second_raise(struct rollout_play *play);
/* To the next weight, by evidence; through all of them to DONE. */
void play_climb(struct rollout_play *play);
void play_be_done(struct rollout_play *play);
/* Then the version before is kept no longer, and stable is given the new one. */
void play_replace(struct rollout_play *play);
