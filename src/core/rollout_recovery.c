/* SPDX-License-Identifier: MIT */
#include "core/rollout_recovery.h"

#include "base/text.h"
#include "base/units.h"
#include "core/rollout_end.h"
#include "core/rollout_move.h"

struct recovering {
    struct rollout *rollout;
    const struct rollout_recovery *recovery;
    const struct rollout_reading *reading;
    struct rollout_cause cause;
};

/* A lease that ran out twice over and still holds was kept alive by somebody else. */
static bool is_still(const struct recovering *recovering, uint32_t weight_bp) {
    const struct rollout_recovery *recovery = recovering->recovery;
    bool has_lapsed = recovery->lease_ns > 0 && weight_bp > 0 &&
                      recovery->gap_ns >= 2 * recovery->lease_ns;
    return recovering->reading->weight_bp == weight_bp && !has_lapsed;
}

/* Somebody took it back, or it went back itself on a disk that took nothing: where it
 * got to says nothing any more. */
static bool was_taken_back(const struct recovering *recovering) {
    const struct rollout *rollout = recovering->rollout;
    return recovering->recovery->is_zeroed && recovering->reading->known &&
           recovering->reading->weight_bp == 0 && rollout->wanted_bp > 0 &&
           rollout->done_ns == 0;
}

/* At 0 nothing is lost but time; at anything else somebody has to say what is meant. */
static struct rollout_effect stop(struct recovering *recovering) {
    struct rollout *rollout = recovering->rollout;
    uint32_t weight_bp = recovering->reading->weight_bp;
    struct rollout_cause *cause = &recovering->cause;
    if (weight_bp == 0) {
        if (was_taken_back(recovering)) rollout->step = 0;
        rollout->wanted_bp = 0;
        return rollout_halt(rollout, ROLLOUT_HELD_CRASH, cause);
    }
    rollout->drifted = true;
    return rollout_halt(rollout, ROLLOUT_HELD_DRIFT, cause);
}

/* Before any weight was set there was none, or somebody else is at work. */
static struct rollout_effect begin_again(struct recovering *recovering) {
    struct rollout *rollout = recovering->rollout;
    if (recovering->reading->weight_bp != 0) return stop(recovering);
    return rollout_redo(rollout, rollout->phase, &recovering->cause);
}

/* What it was decided from is old by then. */
static bool is_soon(const struct recovering *recovering) {
    const struct rollout_recovery *recovery = recovering->recovery;
    uint64_t most_ns = recovery->lease_ns > 0 ? 2 * recovery->lease_ns
                                              : recovering->rollout->plan.blind_max_ns;
    return recovery->gap_ns < most_ns;
}

/* Nothing has happened yet: users who are on it are watched at the step before, until
 * there is evidence again. Never up again by itself once it was down. */
static struct rollout_effect raise_again(struct recovering *recovering) {
    struct rollout *rollout = recovering->rollout;
    const struct rollout_step *steps = rollout->plan.steps;
    uint32_t before_bp = rollout->before_bp;
    if (is_still(recovering, rollout->wanted_bp)) {
        rollout_watch_anew(rollout, &recovering->cause);
        return rollout_rest;
    }
    if (!is_still(recovering, before_bp)) return stop(recovering);
    bool is_step = rollout->step > 0 && steps[rollout->step - 1].weight_bp == before_bp;
    if (is_step) {
        rollout->step--;
        rollout->wanted_bp = before_bp;
        rollout_watch_anew(rollout, &recovering->cause);
        return rollout_rest;
    }
    bool goes_up = before_bp > 0 && before_bp <= rollout->wanted_bp;
    if (goes_up || !is_soon(recovering)) return stop(recovering);
    rollout->wanted_bp = before_bp;
    return rollout_raise(rollout, rollout->step, &recovering->cause);
}

static struct rollout_effect stay_held(struct recovering *recovering) {
    struct rollout *rollout = recovering->rollout;
    enum rollout_hold hold = rollout->hold;
    bool was_setting = rollout->held_at == ROLLOUT_RAISING;
    if (rollout->held_at < ROLLOUT_RAISING) { /* no weight was asked for yet */
        return rollout_halt(rollout, hold, &recovering->cause);
    }
    if (was_setting && is_still(recovering, rollout->before_bp)) {
        rollout->wanted_bp = rollout->before_bp;
    } else if (!is_still(recovering, rollout->wanted_bp)) {
        return stop(recovering);
    }
    rollout->drifted = hold == ROLLOUT_HELD_DRIFT;
    return rollout_halt(rollout, hold, &recovering->cause);
}

static struct rollout_effect keep_on(struct recovering *recovering) {
    struct rollout *rollout = recovering->rollout;
    const struct rollout_cause *cause = &recovering->cause;
    if (!is_still(recovering, rollout->wanted_bp)) return stop(recovering);
    switch (rollout->phase) {
    case ROLLOUT_WATCHING: rollout_watch_anew(rollout, cause); break;
    case ROLLOUT_FINALIZING: return rollout_finalize(rollout, cause);
    case ROLLOUT_DONE:
    case ROLLOUT_IDLE:
    case ROLLOUT_PREFLIGHT:
    case ROLLOUT_DEPLOYING:
    case ROLLOUT_SMOKE:
    case ROLLOUT_RAISING:
    case ROLLOUT_HOLD:
    case ROLLOUT_ROLLING_BACK:
    case ROLLOUT_ROLLED_BACK:
    case ROLLOUT_STRANDED:
    case ROLLOUT_PHASE_COUNT: rollout_move(rollout, rollout->phase, cause); break;
    }
    return rollout_rest;
}

static struct rollout_effect go_on(struct recovering *recovering) {
    struct rollout *rollout = recovering->rollout;
    switch (rollout->phase) {
    case ROLLOUT_PREFLIGHT:
    case ROLLOUT_DEPLOYING:
    case ROLLOUT_SMOKE: return begin_again(recovering);
    case ROLLOUT_RAISING: return raise_again(recovering);
    case ROLLOUT_HOLD: return stay_held(recovering);
    case ROLLOUT_WATCHING:
    case ROLLOUT_FINALIZING:
    case ROLLOUT_DONE: return keep_on(recovering);
    case ROLLOUT_IDLE:
    case ROLLOUT_ROLLING_BACK:
    case ROLLOUT_ROLLED_BACK:
    case ROLLOUT_STRANDED:
    case ROLLOUT_PHASE_COUNT: break;
    }
    return rollout_rest;
}

static void tell_gap(struct recovering *recovering, char words[ROLLOUT_WORDS_SIZE]) {
    struct text text = text_in(words, ROLLOUT_WORDS_SIZE);
    const struct rollout_reading *reading = recovering->reading;
    if (recovering->recovery->gap_ns == ROLLOUT_GAP_UNKNOWN) {
        text_add(&text, "the clock was set back while the controller was away");
    } else {
        text_add(&text, "the controller was away for ");
        units_add_duration(&text, recovering->recovery->gap_ns);
    }
    if (!reading->known) {
        text_addf(&text, ", and the router does not answer: %s", reading->words);
    } else if (was_taken_back(recovering)) {
        text_add(
            &text, ": traffic returned to stable by a 0 that nobody wrote down; resume "
                   "begins at the first step");
    } else if (reading->weight_bp == 0 && recovering->rollout->wanted_bp > 0) {
        text_add(&text, ": traffic returned to stable");
    } else {
        text_add(&text, "; the router says ");
        units_add_percent(&text, (double)reading->weight_bp / ROLLOUT_BASIS_POINTS);
        text_add(&text, " %");
    }
}

struct rollout_effect rollout_on_recovered(
    struct rollout *rollout, const struct rollout_recovery *recovery,
    const struct rollout_reading *reading, uint64_t now_ns) {
    char words[ROLLOUT_WORDS_SIZE];
    struct recovering recovering = {
        rollout, recovery, reading, {ROLLOUT_AUTO, words, now_ns}};
    tell_gap(&recovering, words);
    rollout->reading = *reading;
    rollout->sight = (struct rollout_sight){0};
    rollout->setting = rollout->unsure = false;
    rollout->unwritten_ns = 0;
    rollout->fresh_since_ns = rollout->clocked_ns = now_ns;
    rollout->clock_ns = rollout->blind_ns = 0;
    if (rollout->ended) return rollout_rest;
    bool was_going_back =
        recovery->open == ROLLOUT_DO_BACK || recovery->open == ROLLOUT_DO_RESTORE ||
        rollout->phase == ROLLOUT_ROLLING_BACK || rollout->phase == ROLLOUT_STRANDED;
    if (was_going_back) {
        recovering.cause.words = rollout->reason;
        recovering.cause.actor = rollout->actor;
        return rollout_go_back(rollout, &recovering.cause);
    }
    if (!reading->known) {
        rollout->drifted = true;
        return rollout_halt(rollout, ROLLOUT_HELD_ROUTER, &recovering.cause);
    }
    if (!rollout->releasing) return go_on(&recovering);
    rollout->releasing = false;
    rollout->wanted_bp = rollout->before_bp;
    return rollout_on_stable_new(rollout, now_ns);
}

bool rollout_may_keep(const struct rollout *rollout, uint32_t weight_bp) {
    const struct rollout_plan *plan = &rollout->plan;
    if (rollout->drifted) return false;
    for (uint32_t i = 0; i < plan->step_count; i++) {
        if (plan->steps[i].weight_bp == weight_bp) return true;
    }
    return false;
}
