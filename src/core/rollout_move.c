/* SPDX-License-Identifier: MIT */
#include "core/rollout_move.h"

#include "base/panic.h"
#include "base/text.h"

const struct rollout_effect rollout_rest = {.op = ROLLOUT_DO_NOTHING};

void rollout_move(
    struct rollout *rollout, enum rollout_phase phase,
    const struct rollout_cause *cause) {
    char words[ROLLOUT_WORDS_SIZE]; /* they may be the rollout's own */
    text_copy_cut(words, sizeof words, cause->words);
    rollout->phase = phase;
    rollout->hold = ROLLOUT_NOT_HELD;
    rollout->version++;
    rollout->failures = 0;
    rollout->phase_ns = cause->now_ns;
    text_copy_cut(rollout->reason, sizeof rollout->reason, words);
    text_copy_cut(rollout->actor, sizeof rollout->actor, cause->actor);
}

struct rollout_effect rollout_halt(
    struct rollout *rollout, enum rollout_hold hold,
    const struct rollout_cause *cause) {
    if (rollout->phase != ROLLOUT_HOLD) rollout->held_at = rollout->phase;
    rollout_move(rollout, ROLLOUT_HOLD, cause);
    rollout->hold = hold;
    return rollout_rest;
}

/* What is asked of the router from now on. */
static void ask(struct rollout *rollout, uint32_t weight_bp) {
    rollout->before_bp =
        rollout->drifted ? rollout->reading.weight_bp : rollout->wanted_bp;
    rollout->wanted_bp = weight_bp;
    rollout->setting = true;
    rollout->drifted = false;
}

struct rollout_effect rollout_go_back(
    struct rollout *rollout, const struct rollout_cause *cause) {
    rollout_move(rollout, ROLLOUT_ROLLING_BACK, cause);
    ask(rollout, 0);
    rollout->back_ns = cause->now_ns;
    rollout->releasing = false;
    return (struct rollout_effect){
        .op = ROLLOUT_DO_BACK,
        .before_bp = rollout->before_bp,
        .restore = rollout->finalizing,
    };
}

struct rollout_effect rollout_raise(
    struct rollout *rollout, uint32_t step, const struct rollout_cause *cause) {
    ensure(step < rollout->plan.step_count);
    rollout_move(rollout, ROLLOUT_RAISING, cause);
    rollout->step = step;
    ask(rollout, rollout->plan.steps[step].weight_bp);
    return (struct rollout_effect){
        .op = ROLLOUT_DO_WEIGHT,
        .weight_bp = rollout->wanted_bp,
        .before_bp = rollout->before_bp,
    };
}

struct rollout_effect rollout_finalize(
    struct rollout *rollout, const struct rollout_cause *cause) {
    rollout_move(rollout, ROLLOUT_FINALIZING, cause);
    rollout->finalizing = true;
    return (struct rollout_effect){
        .op = ROLLOUT_DO_FINALIZE, .weight_bp = rollout->wanted_bp};
}

struct rollout_effect rollout_promote(
    struct rollout *rollout, const struct rollout_cause *cause) {
    if (rollout->step + 1 == rollout->plan.step_count) {
        return rollout_finalize(rollout, cause);
    }
    return rollout_raise(rollout, rollout->step + 1, cause);
}

struct rollout_effect rollout_leave(struct rollout *rollout) {
    rollout->ended = true;
    return (struct rollout_effect){.op = ROLLOUT_DO_LEAVE};
}

struct rollout_effect rollout_redo(
    struct rollout *rollout, enum rollout_phase phase,
    const struct rollout_cause *cause) {
    rollout_move(rollout, phase, cause);
    enum rollout_op op = phase == ROLLOUT_PREFLIGHT   ? ROLLOUT_DO_CHECK
                         : phase == ROLLOUT_DEPLOYING ? ROLLOUT_DO_DEPLOY
                                                      : ROLLOUT_DO_SMOKE;
    return (struct rollout_effect){.op = op};
}

void rollout_watch_on(struct rollout *rollout, const struct rollout_cause *cause) {
    rollout_move(rollout, ROLLOUT_WATCHING, cause);
    rollout->clocked_ns = cause->now_ns;
    rollout->blind_ns = 0;
}

void rollout_watch_anew(struct rollout *rollout, const struct rollout_cause *cause) {
    rollout_watch_on(rollout, cause);
    rollout->fresh_since_ns = cause->now_ns;
    rollout->clock_ns = 0;
    rollout->sight = (struct rollout_sight){0};
}
