/* What people order, and what they are answered. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "core/rollout.h"
#include "core/rollout_end.h"
#include "core/rollout_move.h"

/* An order under way: what is said to it is said once. */
struct ordering {
    struct rollout *rollout;
    const struct rollout_order *order;
    char actor[STATE_ACTOR_SIZE];
    struct rollout_cause cause;
    struct rollout_answer *answer;
};

static struct rollout_effect refuse(struct ordering *ordering, const char *words) {
    ordering->answer->accepted = false;
    text_copy_cut(ordering->answer->words, sizeof ordering->answer->words, words);
    return rollout_rest;
}

static void accept(struct ordering *ordering, const char *words) {
    ordering->answer->accepted = true;
    text_copy_cut(ordering->answer->words, sizeof ordering->answer->words, words);
}

static void accept_weight(struct ordering *ordering, const char *words) {
    const struct rollout *rollout = ordering->rollout;
    struct text text = TEXT_IN(ordering->answer->words);
    ordering->answer->accepted = true;
    text_addf(&text, "%s ", words);
    units_add_percent(&text, (double)rollout->wanted_bp / ROLLOUT_BASIS_POINTS);
    text_add(&text, " %");
}

static bool is_holder(const struct ordering *ordering) {
    const struct rollout_plan *plan = &ordering->rollout->plan;
    return strcmp(plan->holder, ordering->order->who) == 0 &&
           strcmp(plan->host, ordering->order->host) == 0;
}

/* Going forward is for whose it is, and for who has seen where it stands. */
static bool may_go_on(struct ordering *ordering) {
    const struct rollout *rollout = ordering->rollout;
    if (!is_holder(ordering)) {
        struct text text = TEXT_IN(ordering->answer->words);
        text_addf(
            &text, "it is %s's on %s: take it over first", rollout->plan.holder,
            rollout->plan.host);
        return false;
    }
    if (ordering->order->expected_version == rollout->version) return true;
    refuse(ordering, "it has moved on since: look again");
    return false;
}

/* Who holds what would go on by itself means that it does not. */
static bool is_held_for_person(const struct rollout *rollout) {
    return rollout->phase == ROLLOUT_HOLD &&
           !rollout_hold_ends_by_itself(rollout->hold);
}

static struct rollout_effect hold(struct ordering *ordering) {
    struct rollout *rollout = ordering->rollout;
    if (is_held_for_person(rollout)) {
        accept_weight(ordering, "it is held already at");
        return rollout_rest;
    }
    if (rollout_is_going_back(rollout)) return refuse(ordering, "it is going back");
    if (rollout->phase == ROLLOUT_DONE) return refuse(ordering, "it is promoted");
    rollout_halt(rollout, ROLLOUT_HELD_PERSON, &ordering->cause);
    accept_weight(ordering, "held at");
    return rollout_rest;
}

/* Whether the weight has to be set again before anything can be seen. */
static bool has_to_raise(const struct rollout *rollout) {
    uint32_t step_bp = rollout->plan.steps[rollout->step].weight_bp;
    return rollout->held_at == ROLLOUT_RAISING || rollout->drifted ||
           rollout->wanted_bp != step_bp;
}

/* A weight goes up again only while somebody sees what it does, and a promotion that no
 * disk took is made only while somebody sees that it holds. */
static bool is_blind_raise(const struct rollout *rollout) {
    bool goes_up = rollout->held_at == ROLLOUT_DONE ||
                   (rollout->held_at >= ROLLOUT_RAISING && has_to_raise(rollout));
    return goes_up && !rollout->sight.fresh;
}

/* What it says may be somebody else's: that is not overwritten unseen. */
static bool is_router_mute(const struct rollout *rollout) {
    bool has_weight =
        rollout->phase != ROLLOUT_HOLD || rollout->held_at >= ROLLOUT_RAISING;
    return has_weight && !rollout->reading.known;
}

static const char mute_words[] = "the router does not say what its weight is";

static struct rollout_effect go_on(struct ordering *ordering) {
    struct rollout *rollout = ordering->rollout;
    const struct rollout_cause *cause = &ordering->cause;
    enum rollout_hold before = rollout->hold;
    rollout->unwritten_ns = 0;
    if (rollout->held_at < ROLLOUT_RAISING) {
        return rollout_redo(rollout, rollout->held_at, cause);
    }
    if (has_to_raise(rollout)) return rollout_raise(rollout, rollout->step, cause);
    if (rollout->held_at == ROLLOUT_FINALIZING) return rollout_finalize(rollout, cause);
    if (rollout->held_at == ROLLOUT_DONE) {
        rollout_move(rollout, ROLLOUT_DONE, cause);
        return rollout_rest;
    }
    if (before == ROLLOUT_HELD_SPLIT) {
        rollout_watch_anew(rollout, cause);
    } else {
        rollout_watch_on(rollout, cause);
    }
    if (before == ROLLOUT_HELD_TIME) rollout->clock_ns = 0;
    return rollout_rest;
}

static struct rollout_effect resume(struct ordering *ordering) {
    if (!may_go_on(ordering)) return rollout_rest;
    if (ordering->rollout->phase != ROLLOUT_HOLD) {
        return refuse(ordering, "it is not held");
    }
    if (ordering->rollout->setting) {
        return refuse(ordering, "a weight is on its way: wait for it");
    }
    if (is_router_mute(ordering->rollout)) return refuse(ordering, mute_words);
    if (is_blind_raise(ordering->rollout)) {
        return refuse(ordering, "no fresh data: nobody would see what it does");
    }
    struct rollout_effect effect = go_on(ordering);
    accept_weight(ordering, "it goes on at");
    return effect;
}

/* Against the evidence that there is, but never without any. */
static const char *why_not_force(const struct rollout *rollout) {
    if (!rollout->sight.fresh) return "no fresh data: nobody sees what it does";
    if (is_router_mute(rollout)) return mute_words;
    if (rollout->sight.canary_gone) return "no instance of the canary is ready";
    return NULL;
}

static const char *why_not_promote(const struct rollout *rollout) {
    const char *words = why_not_force(rollout);
    if (words) return words;
    if (rollout->sight.split_broken) return "the traffic is not divided as asked";
    if (rollout->sight.harmed) return "there is evidence of harm";
    if (!rollout->sight.safe) return "the evidence does not allow it yet";
    if (rollout->clock_ns < rollout->plan.hold_each_ns) {
        return "the least time of the step is not over";
    }
    return NULL;
}

/* A hold whose reason lies in the weight or in the data is resumed first. */
static bool is_promotable(const struct rollout *rollout) {
    if (rollout->phase == ROLLOUT_WATCHING) return true;
    if (rollout->phase != ROLLOUT_HOLD || rollout->setting || rollout->drifted) {
        return false;
    }
    return rollout->held_at == ROLLOUT_WATCHING &&
           (rollout->hold == ROLLOUT_HELD_PERSON ||
            rollout->hold == ROLLOUT_HELD_TIME || rollout->hold == ROLLOUT_HELD_AROUND);
}

static struct rollout_effect promote(struct ordering *ordering) {
    struct rollout *rollout = ordering->rollout;
    if (!may_go_on(ordering)) return rollout_rest;
    if (!is_promotable(rollout)) {
        return refuse(
            ordering, rollout->phase == ROLLOUT_HOLD
                          ? "resume it first: such a hold has to be seen through"
                          : "there is nothing to promote now");
    }
    const char *why_not =
        ordering->order->force ? why_not_force(rollout) : why_not_promote(rollout);
    if (why_not) return refuse(ordering, why_not);
    struct rollout_effect effect = rollout_promote(rollout, &ordering->cause);
    accept_weight(
        ordering,
        ordering->order->force ? "promoted against the evidence, to" : "promoted, to");
    return effect;
}

static struct rollout_effect go_back(struct ordering *ordering, const char *where) {
    const struct rollout_effect effect =
        rollout_go_back(ordering->rollout, &ordering->cause);
    const char *from = ordering->rollout->plan.from;
    struct text text = TEXT_IN(ordering->answer->words);
    ordering->answer->accepted = true;
    if (effect.op == ROLLOUT_DO_RESTORE) {
        text_addf(
            &text, "stable becomes %s again, then all traffic goes to it",
            from[0] ? from : "what it was");
    } else {
        text_addf(&text, "all traffic goes back to %s", where);
    }
    return effect;
}

static struct rollout_effect abandon(struct ordering *ordering) {
    struct rollout *rollout = ordering->rollout;
    if (rollout_is_going_back(rollout)) {
        accept(ordering, "it is going back already");
        return rollout_rest;
    }
    if (rollout->phase == ROLLOUT_DONE) {
        return refuse(ordering, "it is promoted: undo takes it back");
    }
    bool has_begun =
        rollout->phase != ROLLOUT_PREFLIGHT &&
        !(rollout->phase == ROLLOUT_HOLD && rollout->held_at == ROLLOUT_PREFLIGHT);
    if (!has_begun) {
        accept(ordering, "it ends before it began");
        rollout_move(rollout, ROLLOUT_IDLE, &ordering->cause);
        return rollout_leave(rollout);
    }
    return go_back(ordering, "stable");
}

static struct rollout_effect undo(struct ordering *ordering) {
    struct rollout *rollout = ordering->rollout;
    uint64_t expected = ordering->order->expected_version;
    if (rollout_is_going_back(rollout)) {
        accept(ordering, "it is going back already");
        return rollout_rest;
    }
    if (rollout->phase != ROLLOUT_DONE) {
        return refuse(ordering, "it is not promoted: abort takes it back");
    }
    if (expected != 0 && expected != rollout->version) {
        return refuse(ordering, "it has moved on since: look again");
    }
    bool is_kept = rollout_is_undoable(rollout, ordering->cause.now_ns);
    if (!is_kept && !(ordering->order->force && !rollout->releasing)) {
        return refuse(ordering, "the version before is kept no longer");
    }
    return go_back(ordering, "the version before");
}

/* Whose order means somebody before the holder has lost the race to him. */
static struct rollout_effect take_over(struct ordering *ordering) {
    struct rollout *rollout = ordering->rollout;
    struct rollout_plan *plan = &rollout->plan;
    const struct rollout_order *order = ordering->order;
    if (is_holder(ordering)) {
        accept(ordering, "it is yours already");
        return rollout_rest;
    }
    if (order->expected_version < rollout->taken_version) {
        struct text text = TEXT_IN(ordering->answer->words);
        text_addf(
            &text, "%s on %s has taken it over since, ", plan->holder, plan->host);
        units_add_duration(&text, ordering->cause.now_ns - rollout->taken_ns);
        text_add(&text, " ago: look again");
        return rollout_rest;
    }
    text_copy_cut(plan->holder, sizeof plan->holder, order->who);
    text_copy_cut(plan->host, sizeof plan->host, order->host);
    rollout->taken_version = ++rollout->version;
    rollout->taken_ns = ordering->cause.now_ns;
    accept(ordering, "it is yours");
    return rollout_rest;
}

/* Who takes it back once more has got what was asked for. */
static struct rollout_effect answer_ended(struct ordering *ordering) {
    const struct rollout *rollout = ordering->rollout;
    bool is_back =
        rollout->phase == ROLLOUT_IDLE || rollout->phase == ROLLOUT_ROLLED_BACK;
    if (ordering->order->kind == ROLLOUT_ORDER_ABORT && is_back) {
        accept(ordering, "it has ended: all traffic is on stable");
        return rollout_rest;
    }
    return refuse(ordering, "it has ended");
}

struct rollout_effect rollout_on_order(
    struct rollout *rollout, const struct rollout_order *order, uint64_t now_ns,
    struct rollout_answer *answer) {
    *answer = (struct rollout_answer){.number = order->number};
    struct ordering ordering = {
        .rollout = rollout,
        .order = order,
        .answer = answer,
    };
    rollout_name_actor(ordering.actor, order->who, order->host);
    ordering.cause = (struct rollout_cause){ordering.actor, order->reason, now_ns};
    if (rollout->ended) return answer_ended(&ordering);
    switch ((enum rollout_order_kind)order->kind) {
    case ROLLOUT_ORDER_HOLD: return hold(&ordering);
    case ROLLOUT_ORDER_RESUME: return resume(&ordering);
    case ROLLOUT_ORDER_PROMOTE: return promote(&ordering);
    case ROLLOUT_ORDER_ABORT: return abandon(&ordering);
    case ROLLOUT_ORDER_UNDO: return undo(&ordering);
    case ROLLOUT_ORDER_TAKEOVER: return take_over(&ordering);
    case ROLLOUT_ORDER_COUNT: break;
    }
    return refuse(&ordering, "there is no such order");
}
