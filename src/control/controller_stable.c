/* What stable is given: the version, once it is promoted for good,
 * and on the way back the one before. That it was told to
 * is not enough: its instances are asked themselves. */
/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "base/units.h"
#include "control/controller_cluster.h"
#include "control/controller_do.h"
#include "core/rollout_end.h"
#include "io/loop.h"

#define FINALIZE_NS (600 * NS_PER_S) /* until all its instances say that they are it */
#define RESTORE_NS  (300 * NS_PER_S) /* the same on the way back: users wait for it */
#define FAILING_NS  (60 * NS_PER_S)  /* for what is told to restore it, and cannot */
#define AGAIN_NS    (5 * NS_PER_S)
#define LOOK_NS     (15 * NS_PER_S) /* until its instances have been asked again */

static void on_finalized(void *owner, bool ok, const char *why);
static void on_restored(void *owner, bool ok, const char *why);

static bool is_ours(const struct controller *controller) {
    return controller->launch->target.deploy.kind != DEPLOY_EXTERNAL;
}

/* What makes no difference any more ends no intent: another one is open by now. */
static void settle(
    struct controller *controller, const struct rollout *before,
    const struct rollout_effect *effect) {
    if (controller->rollout.version == before->version) controller->has_result = false;
    controller_settle(controller, before, effect);
}

/* The version */

static void finish_finalize(
    struct controller *controller, bool ok, const char *words, uint64_t now_ns) {
    controller->doing = ROLLOUT_DO_NOTHING;
    controller->trouble[0] = '\0';
    controller_end_intent(controller, ok, words);
    const struct rollout before = controller->rollout;
    const struct rollout_effect effect =
        rollout_on_finalized(&controller->rollout, ok, words, now_ns);
    settle(controller, &before, &effect);
}

void controller_finalize(struct controller *controller) {
    controller->trouble[0] = '\0';
    controller_deploy(
        controller, TRACK_STABLE, controller->rollout.plan.to, on_finalized);
}

static void on_finalized(void *owner, bool ok, const char *why) {
    struct controller *controller = owner;
    char words[ROLLOUT_WORDS_SIZE];
    struct text text = TEXT_IN(words);
    controller->deployed_ns = loop_clock_ns();
    if (ok || controller->doing != ROLLOUT_DO_FINALIZE) return;
    text_addf(&text, "stable cannot be given the version: %s", why);
    finish_finalize(controller, false, words, loop_clock_ns());
}

static void wait_for_finalize(struct controller *controller, uint64_t now_ns) {
    const struct rollout_plan *plan = &controller->rollout.plan;
    const struct instances_sight stable =
        instances_look(controller->instances, TRACK_STABLE, plan->to, now_ns);
    char words[ROLLOUT_WORDS_SIZE];
    struct text text = TEXT_IN(words);
    if (controller->deployed_ns == 0) return;
    bool is_there =
        stable.count > 0 && stable.renewed == stable.count &&
        track_pods_are_known(controller->pods, TRACK_STABLE, controller->deployed_ns);
    if (is_there) {
        text_addf(&text, "promoted for good: stable is %s", plan->to);
    } else if (now_ns - controller->doing_ns >= FINALIZE_NS) {
        text_addf(&text, "stable does not become %s: %s", plan->to, stable.words);
    } else {
        text_copy_cut(controller->trouble, sizeof controller->trouble, stable.words);
        return;
    }
    finish_finalize(controller, is_there, words, now_ns);
}

/* The version before */

static void finish_restore(
    struct controller *controller, bool ok, const char *words, uint64_t now_ns) {
    controller->doing = ROLLOUT_DO_NOTHING;
    controller->trouble[0] = '\0';
    controller_end_intent(controller, ok, words);
    const struct rollout before = controller->rollout;
    const struct rollout_effect effect =
        rollout_on_restored(&controller->rollout, ok, words, now_ns);
    settle(controller, &before, &effect);
}

/* What nobody of us has replaced, and what we cannot replace, is only looked at. */
static bool can_restore(const struct controller *controller) {
    const struct rollout *rollout = &controller->rollout;
    return is_ours(controller) && rollout->finalizing && rollout->plan.from[0];
}

static void begin_restore(struct controller *controller) {
    controller->again_ns = 0;
    controller_deploy(
        controller, TRACK_STABLE, controller->rollout.plan.from, on_restored);
}

void controller_restore(struct controller *controller) {
    controller->trouble[0] = '\0';
    controller->deployed_ns = loop_clock_ns();
    if (can_restore(controller)) begin_restore(controller);
}

static void on_restored(void *owner, bool ok, const char *why) {
    struct controller *controller = owner;
    struct text trouble = TEXT_IN(controller->trouble);
    controller->deployed_ns = loop_clock_ns();
    if (ok || controller->doing != ROLLOUT_DO_RESTORE) return;
    controller->again_ns = loop_clock_ns() + AGAIN_NS;
    text_addf(&trouble, "%s; it is tried again", why);
    controller_note(controller, controller->trouble);
}

/* Its name is not always known: then it is whatever is not the version. */
static bool is_before(const struct controller *controller, uint64_t now_ns) {
    const struct rollout_plan *plan = &controller->rollout.plan;
    const bool is_named = plan->from[0] != '\0';
    const struct instances_sight stable = instances_look(
        controller->instances, TRACK_STABLE, is_named ? plan->from : plan->to, now_ns);
    bool is_known =
        stable.ready > 0 && stable.answered_ns >= controller->doing_ns &&
        track_pods_are_known(controller->pods, TRACK_STABLE, controller->deployed_ns);
    if (!is_known) return false;
    if (!is_named) return stable.renewed == 0;
    return can_restore(controller) ? stable.renewed == stable.count
                                   : stable.renewed == stable.ready;
}

static bool is_too_late(const struct controller *controller, uint64_t now_ns) {
    uint64_t waited_ns = now_ns - controller->doing_ns;
    if (!can_restore(controller)) return waited_ns >= LOOK_NS;
    return waited_ns >= RESTORE_NS ||
           (controller->again_ns != 0 && waited_ns >= FAILING_NS);
}

static void add_before(struct text *text, const struct rollout_plan *plan) {
    text_add(text, plan->from[0] ? plan->from : "the version before");
}

static void give_up_restore(struct controller *controller, uint64_t now_ns) {
    const struct rollout_plan *plan = &controller->rollout.plan;
    char words[ROLLOUT_WORDS_SIZE];
    struct text text = TEXT_IN(words);
    const struct instances_sight stable =
        instances_look(controller->instances, TRACK_STABLE, plan->from, now_ns);
    text_add(&text, "give stable ");
    add_before(&text, plan);
    text_addf(
        &text, " by hand: %s",
        controller->again_ns != 0 ? controller->trouble : stable.words);
    finish_restore(controller, false, words, now_ns);
}

static void wait_for_restore(struct controller *controller, uint64_t now_ns) {
    const struct rollout_plan *plan = &controller->rollout.plan;
    char words[ROLLOUT_WORDS_SIZE];
    struct text text = TEXT_IN(words);
    bool is_told = controller->deployed_ns != 0 && controller->again_ns == 0;
    if (is_told && is_before(controller, now_ns)) {
        text_add(&text, "stable is ");
        add_before(&text, plan);
        finish_restore(controller, true, words, now_ns);
    } else if (is_too_late(controller, now_ns)) {
        give_up_restore(controller, now_ns);
    } else if (controller->again_ns != 0 && now_ns >= controller->again_ns) {
        begin_restore(controller);
    } else if (is_told) {
        const struct instances_sight stable =
            instances_look(controller->instances, TRACK_STABLE, plan->from, now_ns);
        text_copy_cut(controller->trouble, sizeof controller->trouble, stable.words);
    }
}

void controller_wait_for_stable(struct controller *controller, uint64_t now_ns) {
    if (controller->doing == ROLLOUT_DO_FINALIZE) {
        wait_for_finalize(controller, now_ns);
    } else if (controller->doing == ROLLOUT_DO_RESTORE) {
        wait_for_restore(controller, now_ns);
    }
}
