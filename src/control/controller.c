/* SPDX-License-Identifier: MIT */
#include "control/controller.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "control/controller_cluster.h"
#include "control/controller_do.h"
#include "control/controller_empty.h"
#include "control/controller_obey.h"
#include "control/controller_see.h"
#include "control/controller_settle.h"
#include "control/deploy.h"
#include "control/errand.h"
#include "control/launch.h"
#include "control/predecessor.h"
#include "control/recovery.h"
#include "control/router_claim.h"
#include "control/routers.h"
#include "core/rollout_end.h"
#include "io/folders.h"
#include "io/kubernetes.h"
#include "io/loop.h"
#include "io/rollout_place.h"

#define RELEASE_NS (20 * NS_PER_S) /* of the Lease in a cluster that does not answer */
#define WRITE_NS   (60 * NS_PER_S) /* of the end, on a disk that takes nothing */
#define LINGER_NS  (3 * NS_PER_S)  /* so that everybody hears of the end */

static void on_second(void *owner, uint64_t at_ns);
static bool may_write(void *owner);
static void on_checked(void *owner, bool ok, const char *words);
static void on_set(void *owner, enum rollout_set how, const char *words);
static void on_reading(void *owner, const struct rollout_reading *reading);

/* What is open to who wanted to begin one, and is told who was first. */
static void add_what_may_be_done(enum rollout_launch_kind kind, struct error *err) {
    char words[ERROR_MESSAGE_SIZE];
    if (kind != ROLLOUT_LAUNCH_BEGIN || err->code != ERROR_CONFLICT) return;
    text_copy_cut(words, sizeof words, err->message);
    error_set(
        err, ERROR_CONFLICT,
        "%s; canary status shows it, and you may hold, abort or takeover", words);
}

/* What is open is taken back even where nothing can be written any more. */
static struct lock *take_any_lock(
    const struct rollout_launch *launch, const struct lock_holder *me,
    struct lock_holder *before, struct error *err) {
    char folder[FOLDER_PATH_SIZE], name[ROLLOUT_LOCK_SIZE];
    rollout_lock_name(launch->target.name, name);
    if (!folder_state(folder, err)) return NULL;
    struct lock *lock = launch->kind == ROLLOUT_LAUNCH_TAKEOVER
                            ? lock_take_over(folder, name, me, before, err)
                            : lock_take(folder, name, me, NULL, err);
    bool is_open = launch->kind != ROLLOUT_LAUNCH_BEGIN;
    bool is_unwritten = !lock && is_open && err->code == ERROR_SYSTEM;
    return is_unwritten ? lock_borrow(folder, name, me, before, err) : lock;
}

static bool take_lock(struct controller *controller, struct error *err) {
    const struct rollout_launch *launch = controller->launch;
    struct lock_holder me = {
        .purpose = "canary", .since_ms = loop_wall_ms(), .epoch = launch->epoch};
    struct lock_holder before = {0};
    text_copy_cut(me.holder, sizeof me.holder, launch->plan.holder);
    text_copy_cut(me.host, sizeof me.host, launch->plan.host);
    controller->lock = take_any_lock(launch, &me, &before, err);
    if (!controller->lock) {
        add_what_may_be_done(launch->kind, err);
        return false;
    }
    predecessor_end(before.pid);
    controller->since_ms = me.since_ms;
    controller->epoch = lock_epoch(controller->lock);
    return true;
}

static bool open_router(struct controller *controller, struct error *err) {
    static const struct keeper_handlers handlers = {
        may_write, on_checked, on_set, on_reading};
    const struct target *target = &controller->launch->target;
    controller->type = router_for(target, err);
    if (!controller->type) return false;
    const struct router_options options = {
        controller->loop, target, controller->kubernetes};
    struct router *router = controller->type->start(&options, err);
    if (!router) return false;
    controller->keeper =
        keeper_new(controller->loop, controller->type, router, &handlers, controller);
    return true;
}

static bool open_front(struct controller *controller, struct error *err) {
    char path[FOLDER_PATH_SIZE];
    if (!rollout_place(&controller->launch->target, path, err)) return false;
    controller->front =
        front_new(controller->loop, path, controller_on_order, controller, err);
    if (!controller->front) return false;
    controller_open_publisher(controller);
    return true;
}

static void on_observation(void *owner, const struct observation *seen) {
    struct controller *controller = owner;
    if (controller->aftermath.is_on) return;
    user_news_add(
        &controller->user_news, seen->user, watch_add(controller->watch, seen));
}

static void on_block(
    void *owner, enum harm_metric metric, const struct trials *canary,
    const struct trials *stable) {
    struct controller *controller = owner;
    if (controller->aftermath.is_on) return;
    watch_add_block(controller->watch, metric, canary, stable);
}

static bool open_traffic(struct controller *controller, struct error *err) {
    const struct traffic_options options = {
        .salt = controller->salt,
        .on_observation = on_observation,
        .on_block = on_block,
        .owner = controller,
    };
    controller->traffic =
        traffic_new(controller->loop, &controller->launch->target, &options, err);
    return controller->traffic != NULL;
}

/* Who is on the canary changes with each rollout, and not within one. */
static uint32_t salt_of(const struct rollout_plan *plan) {
    uint32_t salt =
        bytes_crc32c(0, (const uint8_t *)plan->id, strlen(plan->id)) & INT32_MAX;
    return salt == 0 ? 1 : salt;
}

static void begin(struct controller *controller) {
    const struct rollout before = {0};
    recovery_begin_recording(controller);
    const struct rollout_effect effect =
        rollout_begin(&controller->rollout, &controller->launch->plan, loop_clock_ns());
    controller_settle(controller, &before, &effect);
}

static bool open_all(struct controller *controller, struct error *err) {
    const struct rollout_launch *launch = controller->launch;
    bool takes_over = launch->kind == ROLLOUT_LAUNCH_TAKEOVER;
    controller->rollouts = rollouts_new(controller->loop, "", err);
    if (!controller->rollouts) return false;
    if (takes_over && !recovery_look(controller, err)) return false;
    if (!take_lock(controller, err) || !recovery_find(controller, err)) return false;
    rollouts_fence(controller->rollouts, may_write, controller);
    const struct rollout_plan *plan =
        controller->found ? &controller->rollout.plan : &launch->plan;
    if (!rollout_plan_check(plan, err) ||
        !router_claim_take(launch, controller->rollouts, &controller->claim, err)) {
        return false;
    }
    controller->salt = salt_of(plan);
    if (!controller_open_cluster(controller, err) || !open_router(controller, err) ||
        !controller_open_guardian(controller, err) || !open_front(controller, err)) {
        return false;
    }
    /* Counters know no users, however traffic is divided. */
    bool has_log = launch->target.split.log[0] != '\0';
    controller->watch = watch_new(plan, controller->type->known_assignment && has_log);
    if (!open_traffic(controller, err)) return false;
    controller->instances = instances_new(controller->loop, &launch->target);
    controller_open_pods(controller);
    controller->second = loop_every(controller->loop, NS_PER_S, on_second, controller);
    return true;
}

struct controller *controller_new(
    struct loop *loop, const struct rollout_launch *launch,
    const struct controller_handler *handler, struct error *err) {
    struct controller *controller = memory_new(sizeof *controller);
    controller->loop = loop;
    controller->launch = launch;
    controller->handler = *handler;
    if (!open_all(controller, err)) {
        controller_free(controller);
        return NULL;
    }
    if (controller->found) {
        recovery_restore(controller);
    } else {
        begin(controller);
    }
    return controller;
}

void controller_free(struct controller *controller) {
    if (!controller) return;
    loop_timer_free(controller->second);
    loop_timer_free(controller->news);
    loop_timer_free(controller->late);
    errand_free(controller->errand);
    deploy_free(controller->deploy);
    track_pods_free(controller->pods);
    traffic_free(controller->traffic);
    instances_free(controller->instances);
    keeper_free(controller->keeper);
    guardian_free(controller->guardian);
    rollouts_free(controller->rollouts);
    publisher_free(controller->publisher);
    kubernetes_free(controller->kubernetes);
    front_free(controller->front);
    lock_free(controller->claim);
    lock_free(controller->lock);
    watch_free(controller->watch);
    free(controller->found);
    free(controller);
}

void controller_abandon(struct controller *controller) {
    keeper_keep(controller->keeper, false);
    loop_stop(controller->loop);
}

/* The router */

/* It may have been stopped for a while, and somebody else has it by now. */
static bool may_write(void *owner) {
    const struct controller *controller = owner;
    return lock_is_mine(controller->lock);
}

static void on_checked(void *owner, bool ok, const char *words) {
    controller_on_checked(owner, ok, words);
}

void controller_on_set(
    struct controller *controller, enum rollout_set how, const char *words) {
    const struct rollout before = controller->rollout;
    controller->has_result = true;
    controller->has_failed = how != ROLLOUT_SET_DONE;
    text_copy_cut(controller->result, sizeof controller->result, words);
    const struct rollout_effect effect =
        rollout_on_set(&controller->rollout, how, controller->result, loop_clock_ns());
    /* What is tried again has not come to an end. */
    if (controller->rollout.version == before.version) controller->has_result = false;
    controller_settle(controller, &before, &effect);
}

static void on_set(void *owner, enum rollout_set how, const char *words) {
    struct controller *controller = owner;
    bool done = how == ROLLOUT_SET_DONE;
    if (done && controller_begin_empty(controller)) return;
    controller_on_set(controller, how, done ? "read back" : words);
}

static void on_reading(void *owner, const struct rollout_reading *reading) {
    struct controller *controller = owner;
    if (controller->found) {
        recovery_on_reading(controller, reading);
        return;
    }
    const struct rollout before = controller->rollout;
    const struct rollout_effect effect =
        rollout_on_reading(&controller->rollout, reading, loop_clock_ns());
    controller_settle(controller, &before, &effect);
}

/* Each second */

static void on_beat_written(void *owner, const struct error *err) {
    struct controller *controller = owner;
    controller->is_beating = false;
    if (err->code == ERROR_CONFLICT) controller_abandon(controller);
}

static void beat(struct controller *controller) {
    if (controller->is_beating || controller->moves.count > 0) return;
    struct rollout_beat beat = {.epoch = controller->epoch, .wall_ms = loop_wall_ms()};
    text_copy_cut(beat.id, sizeof beat.id, controller->rollout.plan.id);
    beat.version = controller->rollout.version;
    struct buffer evidence;
    buffer_init(&evidence, ROLLOUT_EVIDENCE_MAX);
    beat.offset = watch_save(controller->watch, &evidence);
    beat.evidence = buffer_slice(&evidence);
    beat.users = controller->user_news.users;
    beat.user_count = controller->user_news.count;
    controller->user_news.count = 0;
    controller->is_beating = true;
    rollouts_beat(controller->rollouts, &beat, on_beat_written, controller);
    buffer_clear(&evidence);
}

static void leave(struct controller *controller, uint64_t now_ns) {
    bool is_alone =
        front_seats(controller->front) == 0 && publisher_is_idle(controller->publisher);
    bool is_heard = is_alone || now_ns - controller->leave_ns >= LINGER_NS;
    /* A watchdog that still waits for it would take the end for a death. */
    bool is_free = guardian_release(controller->guardian) ||
                   now_ns - controller->leave_ns >= RELEASE_NS;
    bool is_written =
        !controller->is_unwritten || now_ns - controller->leave_ns >= WRITE_NS;
    if (controller->moves.count > 0) return;
    if (is_written && is_heard && is_free) loop_stop(controller->loop);
}

static void on_second(void *owner, uint64_t at_ns) {
    struct controller *controller = owner;
    uint64_t now_ns = loop_clock_ns();
    (void)at_ns;
    if (!lock_is_mine(controller->lock)) {
        controller_abandon(controller);
        return;
    }
    controller_publish_soon(controller);
    controller_mind_journal(controller);
    if (controller->found) return;
    if (controller->is_leaving) {
        leave(controller, now_ns);
        controller_settle_again(controller);
        return;
    }
    controller_settle_again(controller);
    controller_lose_patience(controller, now_ns);
    bool has_room = controller->moves.count < MOVES_WAITING_MAX;
    if (has_room) controller_wait(controller, now_ns);
    controller_see(controller, now_ns);
    if (has_room) controller_see_end(controller, now_ns);
    keeper_keep(controller->keeper, rollout_keeps_weight(&controller->rollout, now_ns));
    beat(controller);
}
