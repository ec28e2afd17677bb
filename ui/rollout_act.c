/* SPDX-License-Identifier: MIT */
#include "ui/rollout_act.h"

#include <math.h>
#include <string.h>

#include "base/units.h"

struct scene rollout_act_now(const struct scene *scene) {
    struct scene now = *scene;
    now.state = scene->live;
    now.view_ns = scene->now_ns;
    return now;
}

static bool is_done(const struct rollout_status *rollout) {
    return rollout->phase == ROLLOUT_DONE && rollout->undoable && !rollout->ended;
}

bool rollout_act_has_one(const struct scene *scene) {
    const struct scene now = rollout_act_now(scene);
    const struct rollout_status *rollout = &scene->live->rollout;
    enum rollout_shown shown = rollout_shown(&now);
    if (shown != ROLLOUT_LIVE && shown != ROLLOUT_SILENT) return false;
    return rollout_is_under_way(rollout) || is_done(rollout);
}

bool rollout_act_is_ours(const struct scene *scene) {
    const struct rollout_status *rollout = &scene->live->rollout;
    const struct rollout_means *means = scene->rollout;
    return means && strcmp(rollout->holder, means->who) == 0 &&
           strcmp(rollout->host, means->host) == 0;
}

enum rollout_order_kind rollout_act_way_back(const struct scene *scene) {
    bool done = scene->live->rollout.phase == ROLLOUT_DONE;
    return done ? ROLLOUT_ORDER_UNDO : ROLLOUT_ORDER_ABORT;
}

static bool refuse(struct text *why, const char *words) {
    text_add(why, words);
    return false;
}

static bool is_going_back(const struct rollout_status *rollout) {
    return rollout->phase == ROLLOUT_ROLLING_BACK || rollout->phase == ROLLOUT_STRANDED;
}

static bool can_hold(const struct rollout_status *rollout, struct text *why) {
    bool may_end = rollout_hold_ends_by_itself((enum rollout_hold)rollout->hold);
    if (rollout->phase == ROLLOUT_HOLD && !may_end) {
        return refuse(why, "it is held already");
    }
    if (is_going_back(rollout)) return refuse(why, "it is going back");
    if (rollout->phase == ROLLOUT_DONE) return refuse(why, "it is promoted");
    return true;
}

static bool can_abort(const struct rollout_status *rollout, struct text *why) {
    if (rollout->phase == ROLLOUT_ROLLING_BACK) {
        return refuse(why, "it is going back already");
    }
    if (rollout->phase == ROLLOUT_DONE) {
        return refuse(why, "it is promoted: U takes it back");
    }
    return true;
}

static bool can_undo(const struct rollout_status *rollout, struct text *why) {
    if (rollout->phase == ROLLOUT_DONE && !rollout->undoable) {
        return refuse(why, "the version before is kept no longer");
    }
    if (rollout->phase == ROLLOUT_DONE) return true;
    return refuse(why, "once promoted; now X y");
}

/* Not even by force: nobody would see what it does. */
static bool has_sight(const struct rollout_status *rollout, struct text *why) {
    if (rollout->hold == ROLLOUT_HELD_BLIND) {
        return refuse(why, "blind: no fresh data");
    }
    bool held = rollout->phase == ROLLOUT_HOLD;
    bool decided = rollout->hold == ROLLOUT_HELD_PERSON ||
                   rollout->hold == ROLLOUT_HELD_TIME ||
                   rollout->hold == ROLLOUT_HELD_AROUND;
    if (rollout->phase == ROLLOUT_WATCHING || (held && decided)) return true;
    return refuse(why, held ? "G first: it is held" : "nothing to promote now");
}

static bool has_evidence(const struct rollout_status *rollout, struct text *why) {
    if (rollout->harm >= rollout->harm_limit) {
        return refuse(why, "evidence of harm");
    }
    bool last = isnan(rollout->bound_limit);
    if (!last && !(rollout->bound <= rollout->bound_limit)) {
        if (isnan(rollout->bound)) return refuse(why, "no safety bound yet");
        double bound = (double)rollout->bound * 100;
        double limit = (double)rollout->bound_limit * 100;
        text_addf(why, "bound %+.1fpp > %+.1fpp", bound, limit);
        return false;
    }
    if (rollout->in_step_ms < rollout->hold_each_ms) {
        uint64_t left_ms = rollout->hold_each_ms - rollout->in_step_ms;
        units_add_duration(why, left_ms * NS_PER_MS);
        text_add(why, " of the step left");
        return false;
    }
    return true;
}

static bool can_promote(
    const struct rollout_status *rollout, bool force, struct text *why) {
    return has_sight(rollout, why) && (force || has_evidence(rollout, why));
}

bool rollout_act_is_open(
    const struct scene *scene, enum rollout_order_kind kind, bool force,
    struct text *why) {
    const struct scene now = rollout_act_now(scene);
    const struct rollout_status *rollout = &scene->live->rollout;
    if (rollout_shown(&now) == ROLLOUT_LOST) {
        return refuse(why, "its controller is gone: flightdeck canary takeover");
    }
    if (!rollout_act_has_one(scene)) return refuse(why, "no rollout is under way");
    switch (kind) {
    case ROLLOUT_ORDER_HOLD: return can_hold(rollout, why);
    case ROLLOUT_ORDER_ABORT: return can_abort(rollout, why);
    case ROLLOUT_ORDER_UNDO: return can_undo(rollout, why);
    case ROLLOUT_ORDER_PROMOTE: return can_promote(rollout, force, why);
    case ROLLOUT_ORDER_RESUME:
        return rollout->phase == ROLLOUT_HOLD || refuse(why, "it is not held");
    case ROLLOUT_ORDER_TAKEOVER:
    case ROLLOUT_ORDER_COUNT: break;
    }
    return true;
}

static void add_weight(struct text *text, uint32_t weight_bp) {
    figure_add_share(text, (float)weight_bp / ROLLOUT_BASIS_POINTS);
}

void rollout_act_add(
    struct text *text, const struct rollout_status *rollout,
    enum rollout_order_kind kind) {
    text_add(text, rollout_order_name(kind));
    bool more = rollout->step > 0 && rollout->step < rollout->steps;
    switch (kind) {
    case ROLLOUT_ORDER_PROMOTE:
        if (!more) return;
        text_add(text, " to ");
        add_weight(text, rollout->steps_bp[rollout->step]);
        return;
    case ROLLOUT_ORDER_HOLD:
    case ROLLOUT_ORDER_RESUME:
        text_add(text, " at ");
        add_weight(text, rollout->wanted_bp);
        return;
    case ROLLOUT_ORDER_ABORT: text_add(text, ", 0% canary"); return;
    case ROLLOUT_ORDER_UNDO:
        text_addf(text, " to %s", rollout->from[0] ? rollout->from : "stable");
        return;
    case ROLLOUT_ORDER_TAKEOVER:
    case ROLLOUT_ORDER_COUNT: break;
    }
}
