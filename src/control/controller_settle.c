/* What the state machine wants is written down first, and then it is done. Going back
 * waits for that no longer than for a disk that is well. */
/* SPDX-License-Identifier: MIT */
#include "control/controller_settle.h"

#include "base/discreet_text.h"
#include "base/text.h"
#include "base/units.h"
#include "control/controller_do.h"
#include "control/errand.h"
#include "control/recovery.h"
#include "control/secrecy.h"
#include "core/rollout_move.h"
#include "io/loop.h"

#define BACK_NS  (250 * NS_PER_MS) /* going back waits no longer for any disk */
#define HELD_NS  (250 * NS_PER_MS) /* somebody else wrote in between, until then */
#define RAISE_NS (5 * NS_PER_S)    /* what it was decided from is old by then */

static void on_written(void *owner, const struct error *err);
static void on_late(void *owner, uint64_t now_ns);

static struct rollout_row row_of(
    struct controller *controller, const struct rollout *before,
    const struct rollout_effect *effect) {
    struct rollout_row row = {
        .rollout = controller->rollout,
        .from = before->phase,
        .effect = *effect,
        .is_new = before->version == 0,
        .closes = controller->has_result,
        .failed = controller->has_failed,
        .epoch = controller->epoch,
        .wall_ms = loop_wall_ms(),
        .monotonic_ns = loop_clock_ns(),
    };
    text_copy_cut(row.outcome, sizeof row.outcome, controller->result);
    controller->has_result = false;
    return row;
}

/* What follows from a transition here, whatever becomes of it on disk. */
static void follow(struct controller *controller, const struct rollout *before) {
    const struct rollout *rollout = &controller->rollout;
    if (before->hold == ROLLOUT_HELD_SPLIT && rollout->hold != ROLLOUT_HELD_SPLIT) {
        watch_start_over(controller->watch);
    }
    if (rollout->fresh_since_ns != before->fresh_since_ns) {
        watch_start_step(controller->watch, rollout->wanted_bp);
        traffic_warm_up(controller->traffic, rollout->plan.warm_up_ns);
    }
    if (rollout->phase != before->phase) {
        controller->doing = ROLLOUT_DO_NOTHING;
        controller->trouble[0] = '\0';
        errand_free(controller->errand);
        controller->errand = NULL;
    }
    watch_follow(controller->watch, rollout);
    keeper_keep(controller->keeper, rollout_keeps_weight(rollout, loop_clock_ns()));
}

/* What the router, a command or a peer has answered may hold what nobody may read. */
static void keep_secrets(struct controller *controller) {
    const struct redactor *redactor = controller->handler.redactor;
    secrecy_keep_rollout(redactor, &controller->rollout);
    discreet_text_mend(redactor, controller->result, sizeof controller->result);
}

bool controller_is_way_back(const struct rollout_effect *effect) {
    enum rollout_op op = effect->op;
    return op == ROLLOUT_DO_BACK || op == ROLLOUT_DO_RESTORE || op == ROLLOUT_DO_LEAVE;
}

bool controller_is_held(const struct controller *controller) {
    return rollouts_held_ns(controller->rollouts) >= HELD_NS;
}

static bool is_weight(const struct rollout_effect *effect) {
    enum rollout_op op = effect->op;
    return op == ROLLOUT_DO_WEIGHT || op == ROLLOUT_DO_BACK || op == ROLLOUT_DO_RELEASE;
}

/* On its way to the disk, and to what is done when it is there. */
static void write_down(
    struct controller *controller, const struct rollout_row *row, bool again) {
    const struct move move = {
        .effect = row->effect,
        .version = row->rollout.version,
        .since_ns = loop_clock_ns(),
        .again = again,
    };
    moves_add(&controller->moves, &move);
    rollouts_add(controller->rollouts, row, on_written, controller);
    bool is_urgent = !again && controller_is_way_back(&row->effect);
    if (is_urgent && !controller->late) {
        controller->late = loop_after(controller->loop, BACK_NS, on_late, controller);
    }
}

void controller_settle(
    struct controller *controller, const struct rollout *before,
    const struct rollout_effect *effect) {
    controller_publish_soon(controller);
    if (controller->rollout.version == before->version) {
        controller_do(controller, effect);
        return;
    }
    keep_secrets(controller);
    if (is_weight(effect)) keeper_forget(controller->keeper);
    follow(controller, before);
    const struct rollout_row row = row_of(controller, before, effect);
    write_down(controller, &row, false);
}

/* Somebody holds the journal, or the disk is slow: users are sent back all the same,
 * and it is written down when that is possible. */
static void on_late(void *owner, uint64_t now_ns) {
    struct controller *controller = owner;
    (void)now_ns;
    controller->late = NULL;
    for (unsigned i = 0; i < controller->moves.count; i++) {
        struct move *move = moves_at(&controller->moves, i);
        if (move->again || !controller_is_way_back(&move->effect)) continue;
        move->again = true;
        const struct rollout_effect effect = move->effect;
        controller_do(controller, &effect);
    }
}

static bool goes_back(const struct rollout *rollout) {
    return rollout->phase == ROLLOUT_ROLLING_BACK || rollout->phase == ROLLOUT_STRANDED;
}

/* What it is about now, as an intent. */
static struct rollout_effect effect_now(const struct rollout *rollout) {
    if (rollout->ended) return (struct rollout_effect){.op = ROLLOUT_DO_LEAVE};
    if (rollout->setting) {
        return (struct rollout_effect){
            .op = ROLLOUT_DO_BACK, .before_bp = rollout->before_bp};
    }
    return (struct rollout_effect){
        .op = ROLLOUT_DO_RESTORE,
        .weight_bp = rollout->wanted_bp,
        .before_bp = rollout->wanted_bp,
    };
}

/* Whoever takes it up knows of it from the
 * journal alone, and must not raise it again. */
void controller_settle_again(struct controller *controller) {
    const struct rollout *rollout = &controller->rollout;
    if (!controller->is_unwritten || controller->moves.count > 0) return;
    controller->is_unwritten = false;
    if (!rollout->ended && !goes_back(rollout)) return;
    const struct rollout_effect effect = effect_now(rollout);
    controller->has_result = rollout->ended && controller->result[0];
    keep_secrets(controller);
    const struct rollout_row row = row_of(controller, rollout, &effect);
    write_down(controller, &row, true);
}

/* What was meant before it was decided to go back is not done any more. */
static bool is_outdated(const struct controller *controller, const struct move *move) {
    const struct rollout *rollout = &controller->rollout;
    if (move->version == rollout->version) return false;
    return (goes_back(rollout) || rollout->ended) &&
           !controller_is_way_back(&move->effect);
}

void controller_recall(struct controller *controller) {
    if (controller->rollout.phase != ROLLOUT_RAISING) return;
    for (unsigned i = 0; i < controller->moves.count; i++) {
        struct move *move = moves_at(&controller->moves, i);
        if (move->again || move->effect.op != ROLLOUT_DO_WEIGHT) continue;
        move->again = true;
        rollout_recall(&controller->rollout);
        controller_end_intent(controller, false, "held before it was told");
    }
}

static void give_up_going_on(
    struct controller *controller, const struct rollout_effect *meant,
    const char *words) {
    const struct rollout before = controller->rollout;
    const struct rollout_effect effect =
        rollout_on_unwritten(&controller->rollout, meant, words, loop_clock_ns());
    controller_settle(controller, &before, &effect);
}

static bool is_overdue(
    const struct controller *controller, const struct move *move, uint64_t now_ns) {
    const struct rollout *rollout = &controller->rollout;
    uint64_t age_ns = now_ns - move->since_ns;
    if (age_ns >= rollout->plan.blind_max_ns) return true;
    if (move->effect.op != ROLLOUT_DO_WEIGHT) return false;
    return age_ns >= RAISE_NS || (age_ns >= NS_PER_S && !rollout->sight.fresh);
}

/* What was meant so long ago is not done any more, even when it can be written down. */
void controller_lose_patience(struct controller *controller, uint64_t now_ns) {
    struct moves *moves = &controller->moves;
    struct rollout_effect meant = rollout_rest; /* a weight, if one was */
    bool gives_up = false;
    if (!controller->has_begun) return;
    for (unsigned i = 0; i < moves->count; i++) {
        struct move *move = moves_at(moves, i);
        if (move->again || controller_is_way_back(&move->effect)) continue;
        if (!gives_up && !is_overdue(controller, move, now_ns)) continue;
        move->again = gives_up = true;
        if (is_weight(&move->effect)) meant = move->effect;
    }
    if (!gives_up) return;
    give_up_going_on(
        controller, &meant,
        controller_is_held(controller)
            ? "it could not be written down: somebody else holds the journal"
            : "it could not be written down in time");
}

static void on_unwritten(
    struct controller *controller, const struct move *move, const struct error *err) {
    if (err->code == ERROR_CONFLICT) {
        controller_abandon(controller);
        return;
    }
    /* Going back waits for no disk. */
    if (controller_is_way_back(&move->effect)) {
        controller->is_unwritten = true;
        if (!move->again) controller_do(controller, &move->effect);
        return;
    }
    if (move->again) return; /* it has been given up already */
    char words[ROLLOUT_WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "it could not be written down: %s", err->message);
    give_up_going_on(controller, &move->effect, words);
}

static void on_written(void *owner, const struct error *err) {
    struct controller *controller = owner;
    const struct move move = moves_take(&controller->moves);
    if (!controller->has_begun) {
        controller->has_begun = true;
        controller->handler.on_begun(controller->handler.owner, err);
        /* No journal, no rollout: one that is there already may still be taken back. */
        if (err->code != ERROR_NONE && move.version == 1) return;
    }
    if (err->code != ERROR_NONE) {
        on_unwritten(controller, &move, err);
        return;
    }
    controller->is_unwritten = false; /* a row says all that is so by then */
    rollout_on_written(&controller->rollout);
    controller_publish_soon(controller);
    if (!move.again && !is_outdated(controller, &move)) {
        controller_do(controller, &move.effect);
    }
}

/* Who dies without a journal leaves a rollout that nobody knows of, nor can take up: it
 * goes back while it can. What is promoted stays, and ends in its own way. */
static void give_up(struct controller *controller) {
    static const struct rollout_order order = {
        .kind = ROLLOUT_ORDER_ABORT,
        .who = ROLLOUT_AUTO,
        .reason = "its journal has gone from the disk"};
    struct rollout_answer answer;
    controller->is_lost = true;
    if (controller->found) recovery_skip(controller, order.who, order.reason);
    const struct rollout before = controller->rollout;
    const struct rollout_effect effect =
        rollout_on_order(&controller->rollout, &order, loop_clock_ns(), &answer);
    controller_settle(controller, &before, &effect);
}

void controller_mind_journal(struct controller *controller) {
    bool has_lease = controller->type->renew != NULL;
    if (!controller->is_lost && rollouts_are_gone(controller->rollouts)) {
        give_up(controller);
    } else if (
        controller->is_lost && has_lease &&
        controller->rollout.phase == ROLLOUT_STRANDED) {
        loop_stop(controller->loop); /* its weight has run out long ago */
    }
}
