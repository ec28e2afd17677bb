/* SPDX-License-Identifier: MIT */
#include "control/controller_obey.h"

#include "base/text.h"
#include "control/controller_settle.h"
#include "control/recovery.h"
#include "control/router_claim.h"
#include "control/secrecy.h"
#include "core/rollout_move.h"
#include "io/loop.h"

/* Who asks the lock whose it is hears of the one who has taken it over. */
static void hand_over(struct controller *controller, const struct rollout *before) {
    const struct rollout_plan *plan = &controller->rollout.plan;
    struct lock_holder to = {.purpose = "canary", .since_ms = loop_wall_ms()};
    struct error ignored; /* the lock is held all the same */
    if (controller->rollout.taken_version == before->taken_version) return;
    text_copy_cut(to.holder, sizeof to.holder, plan->holder);
    text_copy_cut(to.host, sizeof to.host, plan->host);
    lock_hand_over(controller->lock, &to, &ignored);
    router_claim_hand_over(controller->claim, plan);
    controller->since_ms = to.since_ms;
}

/* Who takes it back does not wait for the router to speak. */
static void skip_router(
    struct controller *controller, const struct rollout_order *order) {
    char who[STATE_ACTOR_SIZE];
    rollout_name_actor(who, order->who, order->host);
    recovery_skip(controller, who, order->reason);
}

void controller_on_order(
    void *owner, const struct rollout_order *order, struct rollout_answer *answer) {
    struct controller *controller = owner;
    struct rollout_order said = *order;
    secrecy_keep_order(controller->handler.redactor, &said);
    *answer = (struct rollout_answer){.number = order->number};
    bool goes_back = order->kind == ROLLOUT_ORDER_ABORT;
    if (!lock_is_mine(controller->lock)) {
        text_copy_cut(answer->words, sizeof answer->words, "somebody took it over");
        return;
    }
    bool goes_on =
        order->kind == ROLLOUT_ORDER_RESUME || order->kind == ROLLOUT_ORDER_PROMOTE;
    bool is_full = controller->moves.count >= MOVES_WAITING_MAX;
    if (is_full && (goes_on || order->kind == ROLLOUT_ORDER_TAKEOVER)) {
        text_copy_cut(answer->words, sizeof answer->words, "the disk is slow: later");
        return;
    }
    if (goes_on && controller_is_held(controller)) {
        text_copy_cut(
            answer->words, sizeof answer->words,
            "somebody else holds the journal: nothing goes on that it does not say");
        return;
    }
    if (controller->found && !goes_back) {
        text_copy_cut(
            answer->words, sizeof answer->words, "the router has to answer first");
        return;
    }
    if (controller->found) skip_router(controller, &said);
    const struct rollout before = controller->rollout;
    if (order->kind == ROLLOUT_ORDER_HOLD) controller_recall(controller);
    const struct rollout_effect effect =
        rollout_on_order(&controller->rollout, &said, loop_clock_ns(), answer);
    hand_over(controller, &before);
    controller_settle(controller, &before, &effect);
}
