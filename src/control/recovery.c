/* SPDX-License-Identifier: MIT */
#include "control/recovery.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "control/rollout_recorder.h"
#include "core/rollout_move.h"
#include "core/rollout_recovery.h"
#include "io/loop.h"

enum { SILENCES_MAX = 3, CLAIMS_MAX = 5 };

static bool refuse_second(const struct rollout_found *found, struct error *err) {
    const struct rollout *rollout = &found->rollout;
    return error_set(
        err, ERROR_CONFLICT, "a rollout of %s to %s is open (%s): resume or abort it",
        rollout->plan.target, rollout->plan.to, rollout_phase_name(rollout->phase));
}

static bool refuse_first(
    const struct controller *controller, struct rollout_found *found,
    struct error *err) {
    const char *target = controller->launch->target.name;
    if (rollouts_find(controller->rollouts, target, found, err)) {
        return refuse_second(found, err);
    }
    return err->code == ERROR_NOT_FOUND;
}

/* A controller that was only stopped may go on, and write, until it is claimed. */
static bool claim(
    struct controller *controller, struct rollout_found *found, struct error *err) {
    const char *target = controller->launch->target.name;
    for (int i = 0; i < CLAIMS_MAX; i++) {
        if (!rollouts_find(controller->rollouts, target, found, err)) return false;
        if (controller->epoch <= found->epoch) controller->epoch = found->epoch + 1;
        if (rollouts_claim(controller->rollouts, found, controller->epoch, err)) {
            return true;
        }
        /* Somebody holds the journal, or the disk takes nothing:
         * its first row or beat claims it, without one nothing goes
         * forward, and it can be taken back all the same. */
        if (err->code != ERROR_CONFLICT) return true;
    }
    return false;
}

bool recovery_look(struct controller *controller, struct error *err) {
    struct rollout_found *found = memory_new(sizeof *found); /* large */
    const char *target = controller->launch->target.name;
    bool is_there = rollouts_find(controller->rollouts, target, found, err);
    free(found);
    return is_there;
}

bool recovery_find(struct controller *controller, struct error *err) {
    struct rollout_found *found = memory_new(sizeof *found);
    struct error why = {0};
    bool begins = controller->launch->kind == ROLLOUT_LAUNCH_BEGIN;
    bool fits =
        begins ? refuse_first(controller, found, &why) : claim(controller, found, &why);
    if (fits && !begins) {
        controller->found = found;
        controller->has_begun = true; /* long ago: nothing has to be on disk first */
        controller->rollout = found->rollout;
        return true;
    }
    if (!fits) *err = why;
    free(found);
    return fits;
}

static void on_user(void *owner, const struct rollout_user *user) {
    watch_restore_user(owner, user->hash, user->facts);
}

/* What is not recorded cannot be analyzed; the rollout goes on. */
static void on_unrecorded(void *owner, const char *words) {
    struct controller *controller = owner;
    controller_note(controller, words);
}

/* It goes back as soon as it is taken up. */
static void mean_back(struct controller *controller, const char *who, const char *why) {
    struct rollout *rollout = &controller->rollout;
    controller->found->open = ROLLOUT_DO_BACK;
    text_copy_cut(rollout->actor, sizeof rollout->actor, who);
    text_copy_cut(rollout->reason, sizeof rollout->reason, why);
}

/* What no journal took was recorded all the same:
 * whoever went back goes on with that. */
static void note_way_back(
    struct controller *controller, const struct rollout_transition *transition) {
    enum rollout_phase phase = transition->phase;
    bool is_back = phase == ROLLOUT_ROLLING_BACK || phase == ROLLOUT_ROLLED_BACK ||
                   phase == ROLLOUT_STRANDED || phase == ROLLOUT_IDLE;
    if (!is_back || rollout_is_going_back(&controller->rollout)) return;
    mean_back(controller, transition->actor, transition->reason);
}

static void on_recorded(void *owner, const struct rollout_input *input) {
    struct controller *controller = owner;
    if (input->kind == ROLLOUT_INPUT_TRANSITION) {
        note_way_back(controller, &input->transition);
    }
    uint32_t facts = watch_take(controller->watch, input);
    if (input->kind == ROLLOUT_INPUT_OUTCOME) {
        user_news_add(&controller->user_news, input->seen.user, facts);
    }
}

void recovery_begin_recording(struct controller *controller) {
    const struct rollout_found *found = controller->found;
    const struct rollout_recorder_options options = {
        .plan = found ? &controller->rollout.plan : &controller->launch->plan,
        .known_assignment = !watch_evidence(controller->watch)->rules.is_split_unknown,
        .on_trouble = on_unrecorded,
        .on_input = on_recorded,
        .owner = controller,
    };
    struct rollout_recorder *recorder = NULL;
    if (found) {
        uint64_t place =
            found->evidence_length == 0 ? ROLLOUT_RECORDER_START : found->offset;
        recorder = rollout_recorder_resume(controller->loop, &options, place);
    } else {
        recorder = rollout_recorder_new(controller->loop, &options);
    }
    watch_take_recorder(controller->watch, recorder);
}

/* Whose it is from now on: who has started this controller. */
void recovery_restore(struct controller *controller) {
    const struct rollout_found *found = controller->found;
    const struct rollout_plan *who = &controller->launch->plan;
    struct rollout_plan *plan = &controller->rollout.plan;
    struct error ignored; /* without them evidence is slower, never wrong */
    text_copy_cut(plan->holder, sizeof plan->holder, who->holder);
    text_copy_cut(plan->host, sizeof plan->host, who->host);
    watch_restore(controller->watch, found->evidence, found->evidence_length);
    rollouts_users(
        controller->rollouts, plan->id, on_user, controller->watch, &ignored);
    recovery_begin_recording(controller);
    watch_forget_safety(controller->watch);
}

/* A clock that was set back in between says nothing. */
static uint64_t gap_ns(const struct rollout_found *found) {
    int64_t gap_ms = loop_wall_ms() - found->alive_ms;
    return gap_ms >= 0 ? (uint64_t)gap_ms * NS_PER_MS : ROLLOUT_GAP_UNKNOWN;
}

static void recover(
    struct controller *controller, const struct rollout_reading *reading) {
    struct rollout_found *found = controller->found;
    const struct router_seen *seen = keeper_seen(controller->keeper);
    const struct rollout_recovery recovery = {
        .open = found->open,
        .gap_ns = gap_ns(found),
        .lease_ns = controller->type->renew_every_ns * 3,
        .is_zeroed = seen->weight_bp == 0 && (!seen->leased || seen->lease_ms > 0),
    };
    controller->found = NULL;
    free(found);
    const struct router_intent intent = {
        .epoch = controller->epoch,
        .weight_bp = seen->weight_bp,
        .before_bp = seen->weight_bp,
        .salt = controller->salt,
    };
    const struct rollout before = controller->rollout;
    const struct rollout_effect effect =
        rollout_on_recovered(&controller->rollout, &recovery, reading, loop_clock_ns());
    if (rollout_may_keep(&controller->rollout, seen->weight_bp)) {
        keeper_adopt(controller->keeper, &intent);
    }
    controller_settle(controller, &before, &effect);
}

void recovery_on_reading(
    struct controller *controller, const struct rollout_reading *reading) {
    if (!reading->known && ++controller->silences < SILENCES_MAX) return;
    recover(controller, reading);
}

void recovery_skip(struct controller *controller, const char *who, const char *reason) {
    const struct rollout_reading unknown = {.words = "it was not asked"};
    if (!rollout_is_going_back(&controller->rollout)) {
        mean_back(controller, who, reason);
    }
    recover(controller, &unknown);
}
