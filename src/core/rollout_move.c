/* SPDX-License-Identifier: MIT */
#include "core/rollout_move.h"

#include "base/panic.h"
#include "base/text.h"

const struct rollout_effect rollout_rest = {.op = ROLLOUT_DO_NOTHING};

void rollout_name_actor(
    char actor[STATE_ACTOR_SIZE], const char *who, const char *host) {
    struct text text = text_in(actor, STATE_ACTOR_SIZE);
    text_addf(&text, "%s%s%s", who, host[0] ? "@" : "", host);
}

void rollout_move(
    struct rollout *rollout, enum rollout_phase phase,
    const struct rollout_cause *cause) {
    /* They may be the rollout's own. */
    char words[ROLLOUT_WORDS_SIZE], actor[STATE_ACTOR_SIZE];
    text_copy_cut(words, sizeof words, cause->words);
    text_copy_cut(actor, sizeof actor, cause->actor);
    rollout->phase = phase;
    rollout->hold = ROLLOUT_NOT_HELD;
    rollout->version++;
    rollout->failures = 0;
    text_copy_cut(rollout->reason, sizeof rollout->reason, words);
    text_copy_cut(rollout->actor, sizeof rollout->actor, actor);
}

struct rollout_effect rollout_halt(
    struct rollout *rollout, enum rollout_hold hold,
    const struct rollout_cause *cause) {
    if (rollout->phase != ROLLOUT_HOLD) rollout->held_at = rollout->phase;
    rollout_move(rollout, ROLLOUT_HOLD, cause);
    rollout->hold = hold;
    return rollout_rest;
}

/* What the router is taken to say. One that was asked in vain keeps what it had. */
static uint32_t standing_bp(const struct rollout *rollout) {
    if (rollout->drifted) return rollout->reading.weight_bp;
    return rollout->unsure ? rollout->before_bp : rollout->wanted_bp;
}

/* What is asked of the router from now on. */
static void ask(struct rollout *rollout, uint32_t weight_bp) {
    rollout->before_bp = standing_bp(rollout);
    rollout->wanted_bp = weight_bp;
    rollout->setting = true;
    rollout->unsure = rollout->drifted = false;
}

bool rollout_is_going_back(const struct rollout *rollout) {
    return rollout->phase == ROLLOUT_ROLLING_BACK || rollout->phase == ROLLOUT_STRANDED;
}

struct rollout_effect rollout_restore(
    struct rollout *rollout, const struct rollout_cause *cause) {
    rollout_move(rollout, ROLLOUT_ROLLING_BACK, cause);
    return (struct rollout_effect){
        .op = ROLLOUT_DO_RESTORE,
        .weight_bp = rollout->wanted_bp,
        .before_bp = rollout->wanted_bp,
    };
}

/* Half replaced, stable is no better than the canary,
 * and has less room: users stay where they are until it is the
 * version before again, as long as somebody answers them there. */
static bool waits_for_stable(const struct rollout *rollout) {
    const struct rollout_reading *reading = &rollout->reading;
    return rollout->restoring && rollout->finalizing && !rollout->drifted &&
           !rollout->sight.canary_gone && rollout->wanted_bp > 0 && reading->known &&
           reading->weight_bp == rollout->wanted_bp;
}

/* What was promoted once may have been given to stable, by us or by somebody else. */
struct rollout_effect rollout_go_back(
    struct rollout *rollout, const struct rollout_cause *cause) {
    if (!rollout_is_going_back(rollout)) {
        rollout->restoring = rollout->done_ns != 0;
        if (rollout->phase != ROLLOUT_HOLD) rollout->held_at = rollout->phase;
    }
    rollout->releasing = false;
    if (waits_for_stable(rollout)) return rollout_restore(rollout, cause);
    rollout_move(rollout, ROLLOUT_ROLLING_BACK, cause);
    ask(rollout, 0);
    rollout->back_ns = cause->now_ns;
    return (struct rollout_effect){
        .op = ROLLOUT_DO_BACK, .before_bp = rollout->before_bp};
}

/* All traffic is on stable. When that is not the version before, a person has to see to
 * it, and the reason says so. */
struct rollout_effect rollout_arrive(
    struct rollout *rollout, const struct rollout_cause *cause) {
    rollout_move(
        rollout, rollout->unrestored ? ROLLOUT_STRANDED : ROLLOUT_ROLLED_BACK, cause);
    return rollout_leave(rollout);
}

struct rollout_effect rollout_raise(
    struct rollout *rollout, uint32_t step, const struct rollout_cause *cause) {
    ensure(step < rollout->plan.step_count);
    rollout_move(rollout, ROLLOUT_RAISING, cause);
    rollout->step = step;
    rollout->has_begun = true;
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

/* All traffic is on it. Stable is left as it
 * is for as long as one may go back to it. */
static struct rollout_effect be_done(
    struct rollout *rollout, const struct rollout_cause *cause) {
    rollout_move(rollout, ROLLOUT_DONE, cause);
    rollout->done_ns = cause->now_ns;
    return rollout_rest;
}

struct rollout_effect rollout_promote(
    struct rollout *rollout, const struct rollout_cause *cause) {
    bool is_last = rollout->step + 1 == rollout->plan.step_count;
    if (!is_last) return rollout_raise(rollout, rollout->step + 1, cause);
    return rollout->finalizing ? rollout_finalize(rollout, cause)
                               : be_done(rollout, cause);
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

void rollout_count_anew(struct rollout *rollout, uint64_t now_ns) {
    rollout->fresh_since_ns = now_ns;
    rollout->clock_ns = 0;
    rollout->sight = (struct rollout_sight){0};
}

void rollout_watch_anew(struct rollout *rollout, const struct rollout_cause *cause) {
    rollout_watch_on(rollout, cause);
    rollout_count_anew(rollout, cause->now_ns);
}
