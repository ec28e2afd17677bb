/* SPDX-License-Identifier: MIT */
#include "core/rollout.h"

#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "core/rollout_move.h"

enum { FAILURES_MAX = 3 };

struct rollout_effect rollout_begin(
    struct rollout *rollout, const struct rollout_plan *plan, uint64_t now_ns) {
    *rollout = (struct rollout){.plan = *plan};
    char actor[STATE_ACTOR_SIZE];
    rollout_name_actor(actor, plan->holder, plan->host);
    const struct rollout_cause cause = {actor, plan->reason, now_ns};
    return rollout_redo(rollout, ROLLOUT_PREFLIGHT, &cause);
}

struct rollout_effect rollout_on_checked(
    struct rollout *rollout, bool ok, const char *words, uint64_t now_ns) {
    if (rollout->phase != ROLLOUT_PREFLIGHT) return rollout_rest;
    const struct rollout_cause cause = {ROLLOUT_AUTO, words, now_ns};
    if (ok) return rollout_redo(rollout, ROLLOUT_DEPLOYING, &cause);
    rollout_move(rollout, ROLLOUT_IDLE, &cause);
    return rollout_leave(rollout);
}

struct rollout_effect rollout_on_deployed(
    struct rollout *rollout, bool ok, const char *words, uint64_t now_ns) {
    if (rollout->phase != ROLLOUT_DEPLOYING) return rollout_rest;
    const struct rollout_cause cause = {ROLLOUT_AUTO, words, now_ns};
    if (!ok) return rollout_go_back(rollout, &cause);
    return rollout_redo(rollout, ROLLOUT_SMOKE, &cause);
}

struct rollout_effect rollout_on_smoked(
    struct rollout *rollout, enum verdict verdict, const char *words, uint64_t now_ns) {
    if (rollout->phase != ROLLOUT_SMOKE) return rollout_rest;
    const struct rollout_cause cause = {ROLLOUT_AUTO, words, now_ns};
    if (verdict == VERDICT_PASS) return rollout_raise(rollout, 0, &cause);
    if (verdict == VERDICT_FAIL) return rollout_go_back(rollout, &cause);
    return rollout_halt(rollout, ROLLOUT_HELD_TIME, &cause);
}

/* What became of a weight */

/* It may have been written all the same: what is read next says. */
static struct rollout_effect give_up_raise(
    struct rollout *rollout, const struct rollout_cause *cause) {
    rollout->setting = false;
    rollout->unsure = true;
    return rollout_halt(rollout, ROLLOUT_HELD_ROUTER, cause);
}

/* It was read back. */
static void be_set(struct rollout *rollout) {
    rollout->setting = false;
    rollout->reading =
        (struct rollout_reading){.known = true, .weight_bp = rollout->wanted_bp};
}

static struct rollout_effect on_raised(
    struct rollout *rollout, enum rollout_set how, const struct rollout_cause *cause) {
    switch (how) {
    case ROLLOUT_SET_DONE:
        be_set(rollout);
        rollout_watch_anew(rollout, cause);
        return rollout_rest;
    case ROLLOUT_SET_CONFLICT:
        rollout->setting = false;
        rollout->drifted = true;
        return rollout_halt(rollout, ROLLOUT_HELD_DRIFT, cause);
    case ROLLOUT_SET_FAILED: break;
    }
    bool is_seen = rollout->before_bp == 0 || rollout->sight.fresh;
    if (++rollout->failures < FAILURES_MAX && is_seen) {
        return (struct rollout_effect){
            .op = ROLLOUT_DO_WEIGHT,
            .weight_bp = rollout->wanted_bp,
            .before_bp = rollout->before_bp,
        };
    }
    return give_up_raise(rollout, cause);
}

/* It was held while the weight was on its way. */
static struct rollout_effect on_set_while_held(
    struct rollout *rollout, enum rollout_set how, const struct rollout_cause *cause) {
    if (!rollout->setting) return rollout_rest;
    if (how == ROLLOUT_SET_FAILED) return give_up_raise(rollout, cause);
    if (how == ROLLOUT_SET_CONFLICT) {
        rollout->setting = false;
        rollout->drifted = true;
        return rollout_halt(rollout, ROLLOUT_HELD_DRIFT, cause);
    }
    be_set(rollout);
    /* Held as before, for the reason of before:
     * but now at the new weight, whose time has not begun. */
    rollout->held_at = ROLLOUT_WATCHING;
    rollout_count_anew(rollout, cause->now_ns);
    const struct rollout_cause same = {rollout->actor, rollout->reason, cause->now_ns};
    return rollout_halt(rollout, rollout->hold, &same);
}

/* Why it goes back remains the reason, and whose that was. A person is called when that
 * takes too long, and it is tried all the same. */
static struct rollout_effect on_went_back(
    struct rollout *rollout, enum rollout_set how, const struct rollout_cause *cause) {
    struct rollout_cause because = {rollout->actor, rollout->reason, cause->now_ns};
    if (!rollout->setting) return rollout_rest;
    if (how == ROLLOUT_SET_DONE) {
        rollout->setting = false;
        if (rollout->restoring) return rollout_restore(rollout, &because);
        return rollout_arrive(rollout, &because);
    }
    bool is_late = cause->now_ns - rollout->back_ns >= ROLLOUT_BACK_MAX_NS;
    if (rollout->phase == ROLLOUT_ROLLING_BACK && is_late) {
        because.words = cause->words;
        rollout_move(rollout, ROLLOUT_STRANDED, &because);
    }
    return (struct rollout_effect){
        .op = ROLLOUT_DO_BACK, .before_bp = rollout->before_bp};
}

static struct rollout_effect on_released(
    struct rollout *rollout, enum rollout_set how, const struct rollout_cause *cause) {
    if (!rollout->releasing) return rollout_rest;
    if (how == ROLLOUT_SET_DONE) {
        rollout->setting = false;
        rollout_move(rollout, ROLLOUT_DONE, cause);
        return rollout_leave(rollout);
    }
    return (struct rollout_effect){
        .op = ROLLOUT_DO_RELEASE, .before_bp = rollout->before_bp};
}

struct rollout_effect rollout_on_set(
    struct rollout *rollout, enum rollout_set how, const char *words, uint64_t now_ns) {
    const struct rollout_cause cause = {ROLLOUT_AUTO, words, now_ns};
    if (rollout->ended) return rollout_rest;
    switch (rollout->phase) {
    case ROLLOUT_RAISING: return on_raised(rollout, how, &cause);
    case ROLLOUT_HOLD: return on_set_while_held(rollout, how, &cause);
    case ROLLOUT_ROLLING_BACK:
    case ROLLOUT_STRANDED: return on_went_back(rollout, how, &cause);
    case ROLLOUT_DONE: return on_released(rollout, how, &cause);
    case ROLLOUT_IDLE:
    case ROLLOUT_PREFLIGHT:
    case ROLLOUT_DEPLOYING:
    case ROLLOUT_SMOKE:
    case ROLLOUT_WATCHING:
    case ROLLOUT_FINALIZING:
    case ROLLOUT_ROLLED_BACK:
    case ROLLOUT_PHASE_COUNT: break;
    }
    return rollout_rest;
}

/* What was only meant has not been done. Going back does not depend on it. */
void rollout_recall(struct rollout *rollout) {
    if (!rollout->setting) return;
    rollout->wanted_bp = rollout->before_bp;
    rollout->setting = false;
}

/* Evidence that it makes worthless, and a weight that is somebody else's, stay so. */
static bool outlasts_journal(const struct rollout *rollout) {
    return rollout->phase == ROLLOUT_HOLD &&
           (rollout->hold == ROLLOUT_HELD_SPLIT || rollout->hold == ROLLOUT_HELD_DRIFT);
}

struct rollout_effect rollout_on_unwritten(
    struct rollout *rollout, const struct rollout_effect *meant, const char *words,
    uint64_t now_ns) {
    bool is_going_on =
        rollout->phase >= ROLLOUT_PREFLIGHT && rollout->phase <= ROLLOUT_DONE;
    if (rollout->releasing) is_going_on = false; /* that is tried again */
    if (rollout->ended || !(is_going_on || rollout->releasing)) return rollout_rest;
    bool is_untold = meant->op == ROLLOUT_DO_WEIGHT || meant->op == ROLLOUT_DO_RELEASE;
    if (is_untold) rollout_recall(rollout);
    rollout->releasing = false;
    if (!is_going_on || rollout->unwritten_ns != 0) return rollout_rest;
    rollout->unwritten_ns = now_ns;
    if (outlasts_journal(rollout)) { /* and is to be written down in its turn */
        const struct rollout_cause same = {rollout->actor, rollout->reason, now_ns};
        return rollout_halt(rollout, rollout->hold, &same);
    }
    const struct rollout_cause cause = {ROLLOUT_AUTO, words, now_ns};
    return rollout_halt(rollout, ROLLOUT_HELD_JOURNAL, &cause);
}

void rollout_on_written(struct rollout *rollout) {
    rollout->unwritten_ns = 0;
}

const char *rollout_person(const struct rollout *rollout) {
    return strcmp(rollout->actor, ROLLOUT_AUTO) == 0 ? "" : rollout->actor;
}

/* A controller that cannot write down what it does keeps
 * a weight no longer than one that sees nothing. */
bool rollout_keeps_weight(const struct rollout *rollout, uint64_t now_ns) {
    if (rollout->ended || rollout->drifted || rollout->wanted_bp == 0) return false;
    if (rollout->unwritten_ns != 0 &&
        now_ns - rollout->unwritten_ns >= rollout->plan.blind_max_ns) {
        return false;
    }
    return !rollout_is_going_back(rollout) || rollout->restoring;
}
