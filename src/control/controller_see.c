/* SPDX-License-Identifier: MIT */
#include "control/controller_see.h"

#include "base/text.h"
#include "control/controller_cluster.h"
#include "control/controller_obey.h"
#include "control/controller_settle.h"
#include "core/rollout_end.h"
#include "io/loop.h"

/* What is amiss with the data says more than that it is old. */
static void explain(
    struct rollout_sight *sight, const struct traffic_state *traffic,
    const struct instances_sight *canary) {
    bool explains = traffic->kind == TRAFFIC_COUNTED || traffic->is_unplugged;
    if (traffic->contradicts || (!sight->fresh && explains && traffic->words[0])) {
        text_copy_cut(sight->words, sizeof sight->words, traffic->words);
    }
    if (sight->canary_gone) {
        text_copy_cut(
            sight->words, sizeof sight->words,
            traffic->canary_crashes ? traffic->crashes : canary->words);
    }
}

static struct rollout_sight look(struct controller *controller, uint64_t now_ns) {
    const struct rollout *rollout = &controller->rollout;
    struct instances_sight canary =
        instances_look(controller->instances, TRACK_CANARY, rollout->plan.to, now_ns);
    struct instances_sight stable =
        instances_look(controller->instances, TRACK_STABLE, rollout->plan.from, now_ns);
    traffic_weigh(controller->traffic, rollout->wanted_bp);
    const struct traffic_state traffic = traffic_look(controller->traffic);
    struct rollout_moment moment = rollout_moment_of(rollout, now_ns);
    moment.data_age_ms = traffic.age_ms;
    moment.contradicts = traffic.contradicts;
    moment.is_ready = canary.count > 0 && canary.ready == canary.count &&
                      track_pods_are_fresh(controller->pods, TRACK_CANARY, now_ns);
    struct aftermath *aftermath = &controller->aftermath;
    aftermath_see(aftermath, &stable, &canary, now_ns);
    enum canary_fault fault = aftermath_fault(aftermath, &stable, &canary);
    moment.is_shaken = aftermath->is_on;
    moment.is_gone = fault != CANARY_SOUND || traffic.canary_crashes;
    watch_add_overdue(
        controller->watch,
        traffic_overdue(controller->traffic, watch_patience_us(controller->watch)));
    struct rollout_sight sight = watch_look(controller->watch, &moment);
    if (aftermath->is_on && !sight.harmed) {
        text_copy_cut(sight.words, sizeof sight.words, aftermath_words(aftermath));
    }
    explain(&sight, &traffic, &canary);
    return sight;
}

/* However much waits for the disk, going back waits behind nothing; and what would have
 * to wait is not decided before it need not. */
static bool has_to_wait(
    const struct controller *controller, const struct rollout *before,
    const struct rollout_effect *effect) {
    bool is_promoted =
        controller->rollout.phase == ROLLOUT_DONE && before->phase != ROLLOUT_DONE;
    bool goes_on = effect->op != ROLLOUT_DO_NOTHING || is_promoted;
    if (controller_is_way_back(effect)) return false;
    if (controller->moves.count >= MOVES_WAITING_MAX) return true;
    return goes_on && controller_is_held(controller);
}

void controller_see(struct controller *controller, uint64_t now_ns) {
    const struct rollout_sight sight = look(controller, now_ns);
    const struct rollout before = controller->rollout;
    const struct rollout_effect effect =
        rollout_on_sight(&controller->rollout, &sight, now_ns);
    if (has_to_wait(controller, &before, &effect)) {
        controller->rollout = before;
        controller->rollout.sight = sight;
    } else {
        controller_settle(controller, &before, &effect);
    }
}

void controller_see_end(struct controller *controller, uint64_t now_ns) {
    const struct rollout_plan *plan = &controller->rollout.plan;
    if (controller->rollout.phase != ROLLOUT_DONE) return;
    struct instances_sight stable =
        instances_look(controller->instances, TRACK_STABLE, plan->to, now_ns);
    bool is_new = stable.count > 0 && stable.renewed == stable.count;
    const struct rollout before = controller->rollout;
    struct rollout_effect effect = {.op = ROLLOUT_DO_NOTHING};
    bool is_ours = controller->launch->target.deploy.kind != DEPLOY_EXTERNAL;
    if (is_new) {
        effect = rollout_on_stable_new(&controller->rollout, now_ns);
    } else if (is_ours) {
        effect = rollout_on_replaceable(&controller->rollout, now_ns);
    } else if (!keeper_seen(controller->keeper)->leased) {
        effect = rollout_on_unleased(&controller->rollout, now_ns);
    }
    if (has_to_wait(controller, &before, &effect)) {
        controller->rollout = before;
    } else {
        controller_settle(controller, &before, &effect);
    }
}
