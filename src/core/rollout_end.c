/* SPDX-License-Identifier: MIT */
#include "core/rollout_end.h"

#include "core/rollout_move.h"

bool rollout_is_undoable(const struct rollout *rollout, uint64_t now_ns) {
    return rollout->phase == ROLLOUT_DONE && !rollout->finalizing &&
           !rollout->releasing && !rollout->ended &&
           now_ns - rollout->done_ns < rollout->plan.keep_previous_ns;
}

enum rollout_phase rollout_reached(const struct rollout *rollout) {
    switch (rollout->phase) {
    case ROLLOUT_IDLE: return ROLLOUT_PREFLIGHT;
    case ROLLOUT_HOLD:
    case ROLLOUT_ROLLING_BACK:
    case ROLLOUT_ROLLED_BACK:
    case ROLLOUT_STRANDED: return rollout->held_at;
    case ROLLOUT_PREFLIGHT:
    case ROLLOUT_DEPLOYING:
    case ROLLOUT_SMOKE:
    case ROLLOUT_RAISING:
    case ROLLOUT_WATCHING:
    case ROLLOUT_FINALIZING:
    case ROLLOUT_DONE:
    case ROLLOUT_PHASE_COUNT: break;
    }
    return rollout->phase;
}

struct rollout_effect rollout_on_finalized(
    struct rollout *rollout, bool ok, const char *words, uint64_t now_ns) {
    if (rollout->phase != ROLLOUT_FINALIZING) return rollout_rest;
    const struct rollout_cause cause = {ROLLOUT_AUTO, words, now_ns};
    if (!ok) return rollout_halt(rollout, ROLLOUT_HELD_DEPLOY, &cause);
    rollout_move(rollout, ROLLOUT_DONE, &cause);
    return rollout_rest;
}

/* Going back is not stopped by a stable that cannot be what it was. */
struct rollout_effect rollout_on_restored(
    struct rollout *rollout, bool ok, const char *words, uint64_t now_ns) {
    if (!rollout_is_going_back(rollout) || !rollout->restoring) return rollout_rest;
    const struct rollout_cause cause = {
        rollout->actor, ok ? rollout->reason : words, now_ns};
    rollout->restoring = false;
    rollout->unrestored = !ok;
    if (rollout->wanted_bp > 0) return rollout_go_back(rollout, &cause);
    return rollout->setting ? rollout_rest : rollout_arrive(rollout, &cause);
}

struct rollout_effect rollout_on_stable_new(struct rollout *rollout, uint64_t now_ns) {
    if (rollout->phase != ROLLOUT_DONE || rollout->releasing) return rollout_rest;
    const struct rollout_cause cause = {
        ROLLOUT_AUTO, "stable has the version: traffic goes to it", now_ns};
    rollout_move(rollout, ROLLOUT_DONE, &cause);
    rollout->releasing = true;
    rollout->setting = true;
    rollout->before_bp = rollout->wanted_bp;
    rollout->wanted_bp = 0;
    return (struct rollout_effect){
        .op = ROLLOUT_DO_RELEASE, .before_bp = rollout->before_bp};
}

static bool is_kept_no_longer(const struct rollout *rollout, uint64_t now_ns) {
    return rollout->phase == ROLLOUT_DONE && !rollout->releasing && !rollout->ended &&
           !rollout_is_undoable(rollout, now_ns);
}

struct rollout_effect rollout_on_replaceable(struct rollout *rollout, uint64_t now_ns) {
    if (!is_kept_no_longer(rollout, now_ns) || rollout->finalizing) return rollout_rest;
    const struct rollout_cause cause = {
        ROLLOUT_AUTO, "the version before is kept no longer", now_ns};
    return rollout_finalize(rollout, &cause);
}

struct rollout_effect rollout_on_unleased(struct rollout *rollout, uint64_t now_ns) {
    if (!is_kept_no_longer(rollout, now_ns)) return rollout_rest;
    const struct rollout_cause cause = {
        ROLLOUT_AUTO, "the version before is kept no longer", now_ns};
    rollout_move(rollout, ROLLOUT_DONE, &cause);
    return rollout_leave(rollout);
}
