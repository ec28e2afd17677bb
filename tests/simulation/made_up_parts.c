/* What a controller is made of besides its router, made up: its lock, its socket, the
 * instances it asks, the programs it sends off, the traffic it sees. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "control/deploy.h"
#include "control/instances.h"
#include "control/rollout_recorder.h"
#include "control/router_claim.h"
#include "control/smoke.h"
#include "core/exit_code.h"
#include "history/lock.h"
#include "io/loop.h"
#include "io/rollout_place.h"
#include "simulation/made_up.h"

enum { KILLED = -1 };

#define GONE_NS (5 * NS_PER_S)

/* The lock */

struct lock {
    uint64_t epoch;
};

static struct lock *new_lock(void) {
    struct lock *lock = memory_new(sizeof *lock);
    lock->epoch = ++made_up->epoch;
    made_up->is_locked = true;
    return lock;
}

struct lock *lock_take(
    const char *folder, const char *target, const struct lock_holder *me,
    struct lock_holder *who, struct error *err) {
    (void)folder;
    (void)target;
    (void)me;
    (void)who;
    if (!made_up->is_locked) return new_lock();
    error_set(err, ERROR_CONFLICT, "somebody has it");
    return NULL;
}

struct lock *lock_take_over(
    const char *folder, const char *target, const struct lock_holder *me,
    struct lock_holder *who, struct error *err) {
    (void)folder;
    (void)target;
    (void)me;
    (void)who;
    (void)err;
    return new_lock();
}

struct lock *lock_borrow(
    const char *folder, const char *target, const struct lock_holder *me,
    struct lock_holder *who, struct error *err) {
    return lock_take_over(folder, target, me, who, err);
}

bool lock_is_mine(const struct lock *lock) {
    return lock->epoch == made_up->epoch;
}

bool lock_hand_over(
    struct lock *lock, const struct lock_holder *to, struct error *err) {
    (void)to, (void)err;
    return lock_is_mine(lock);
}

void lock_free(struct lock *lock) {
    if (!lock) return;
    if (lock_is_mine(lock)) made_up->is_locked = false;
    free(lock);
}

uint64_t lock_epoch(const struct lock *lock) {
    return lock->epoch;
}

bool router_claim_take(
    const struct rollout_launch *launch, struct rollouts *rollouts, struct lock **claim,
    struct error *err) {
    (void)launch, (void)rollouts, (void)err;
    *claim = NULL; /* there is but one target */
    return true;
}

void router_claim_hand_over(struct lock *claim, const struct rollout_plan *plan) {
    (void)claim, (void)plan;
}

/* The socket */

struct front {
    struct made_up_seat *seat;
};

struct front *front_new(
    struct loop *loop, const char *path, front_order_fn on_order, void *owner,
    struct error *err) {
    struct front *front = memory_new(sizeof *front);
    (void)path;
    (void)err;
    front->seat = made_up_seat_of(loop);
    front->seat->on_order = on_order;
    front->seat->order_owner = owner;
    return front;
}

void front_free(struct front *front) {
    if (front) front->seat->on_order = NULL;
    free(front);
}

void front_publish(struct front *front, const struct rollout_status *status) {
    front->seat->status = *status;
}

struct slice front_newest(const struct front *front) {
    (void)front;
    return slice_of("");
}

void front_note(struct front *front, const char *words) {
    (void)front, (void)words;
}

unsigned front_seats(const struct front *front) {
    (void)front;
    return 0;
}

/* The recording: nobody reads it here */

struct rollout_recorder *rollout_recorder_new(
    struct loop *loop, const struct rollout_recorder_options *options) {
    (void)loop, (void)options;
    return NULL;
}

struct rollout_recorder *rollout_recorder_resume(
    struct loop *loop, const struct rollout_recorder_options *options,
    uint64_t offset) {
    (void)offset;
    return rollout_recorder_new(loop, options);
}

void rollout_recorder_free(struct rollout_recorder *recorder) {
    (void)recorder;
}

void rollout_recorder_add(
    struct rollout_recorder *recorder, const struct rollout_input *input) {
    (void)recorder, (void)input;
}

void rollout_recorder_follow(
    struct rollout_recorder *recorder, const struct rollout *rollout) {
    (void)recorder, (void)rollout;
}

const char *rollout_recorder_trouble(const struct rollout_recorder *recorder) {
    (void)recorder;
    return "";
}

uint64_t rollout_recorder_cut(struct rollout_recorder *recorder) {
    (void)recorder;
    return 0;
}

/* Instances */

struct instances {
    char version[STATE_VERSION_SIZE]; /* that is let in */
};

struct instances *instances_new(struct loop *loop, const struct target *target) {
    struct instances *instances = memory_new(sizeof *instances);
    (void)loop;
    (void)target;
    text_copy_cut(
        instances->version, sizeof instances->version, made_up->launch->plan.to);
    return instances;
}

void instances_free(struct instances *instances) {
    free(instances);
}

struct instances_sight instances_look(
    const struct instances *instances, enum track track, const char *version,
    uint64_t now_ns) {
    struct instances_sight sight = {
        .count = 1,
        .ready = 1,
        .steady = true,
        .answered_ns = now_ns,
        .words = "as it should be",
    };
    bool is_new = track == TRACK_CANARY ? made_up->is_deployed : made_up->stable_is_new;
    uint64_t down_ns = made_up->faults.canary_down_ns;
    if (track == TRACK_CANARY && now_ns < down_ns) {
        sight.ready = 0;
        sight.steady = false;
        sight.gone = down_ns - now_ns < GONE_NS;
    }
    sight.renewed = sight.ready && is_new == (strcmp(version, instances->version) == 0);
    if (track == TRACK_STABLE && now_ns < made_up->stable_turns_ns) sight.renewed = 0;
    return sight;
}

void instances_follow(
    struct instances *instances, enum track track, const struct place *places,
    uint32_t count) {
    (void)instances, (void)track, (void)places, (void)count;
}

void instances_miss(struct instances *instances, enum track track, const char *words) {
    (void)instances, (void)track, (void)words;
}

/* What was there before has no name in this world. */
void instances_version(
    const struct instances *instances, enum track track, char to[STATE_VERSION_SIZE]) {
    bool is_new = track == TRACK_CANARY && made_up->is_deployed;
    text_copy_cut(to, STATE_VERSION_SIZE, is_new ? instances->version : "");
}

/* The smoke test */

struct errand {
    struct loop_timer *timer;
    errand_done_fn on_done;
    void *owner;
    uint64_t epoch; /* of who has begun it */
    int code;
};

static void on_smoked(void *owner, uint64_t now_ns) {
    struct errand *errand = owner;
    const struct errand done = *errand;
    (void)now_ns;
    free(errand);
    made_up_say(
        made_up, "smoke epoch=%llu result=%s", (unsigned long long)done.epoch,
        done.code == EXIT_CODE_OK       ? "pass"
        : done.code == EXIT_CODE_FAILED ? "fail"
                                        : "killed");
    done.on_done(done.owner, done.code, "it was killed");
}

struct errand *smoke_start(
    struct loop *loop, const struct rollout_launch *launch, const char *url,
    errand_done_fn on_done, void *owner) {
    struct errand *errand = memory_new(sizeof *errand);
    (void)launch;
    (void)url;
    errand->epoch = made_up_seat_of(loop)->epoch;
    errand->on_done = on_done;
    errand->owner = owner;
    if (made_up_chance(made_up, 0.05)) errand->code = EXIT_CODE_FAILED;
    if (made_up_chance(made_up, 0.15)) errand->code = KILLED;
    errand->timer = loop_after(loop, made_up_soon_ns(made_up, 2000), on_smoked, errand);
    return errand;
}

void errand_free(struct errand *errand) {
    if (!errand) return;
    loop_timer_free(errand->timer);
    free(errand);
}

/* The deployment */

struct deploy {
    struct loop_timer *timer;
    enum track track;
    bool is_new; /* not the version before */
    deploy_done_fn on_done;
    void *owner;
};

static void on_deployed(void *owner, uint64_t now_ns) {
    struct deploy *deploy = owner;
    deploy->timer = NULL;
    if (deploy->track == TRACK_STABLE) {
        made_up->stable_is_new = deploy->is_new;
        made_up->stable_turns_ns = now_ns + made_up_soon_ns(made_up, 20000);
    } else {
        made_up->is_deployed = true;
    }
    bool ok = !made_up_chance(made_up, 0.04);
    deploy->on_done(deploy->owner, ok, ok ? "" : "it does not fit");
}

struct deploy *deploy_start(
    struct loop *loop, const struct deploy_wish *wish, deploy_done_fn on_done,
    void *owner) {
    struct deploy *deploy = memory_new(sizeof *deploy);
    *deploy = (struct deploy){.track = wish->track, .on_done = on_done, .owner = owner};
    deploy->is_new = strcmp(wish->version, made_up->launch->plan.to) == 0;
    const char *of_stable = deploy->is_new ? "finalize" : "restore";
    if (!deploy->is_new) made_up_say_if_late(made_up, loop);
    made_up_say(
        made_up, "act epoch=%llu op=%s", (unsigned long long)wish->epoch,
        wish->track == TRACK_STABLE ? of_stable : "deploy");
    deploy->timer =
        loop_after(loop, made_up_soon_ns(made_up, 3000), on_deployed, deploy);
    return deploy;
}

void deploy_free(struct deploy *deploy) {
    if (!deploy) return;
    loop_timer_free(deploy->timer);
    free(deploy);
}

/* The traffic */

struct traffic {
    struct made_up_seat *seat;
};

struct traffic *traffic_new(
    struct loop *loop, const struct target *target,
    const struct traffic_options *options, struct error *err) {
    struct traffic *traffic = memory_new(sizeof *traffic);
    (void)target;
    (void)err;
    traffic->seat = made_up_seat_of(loop);
    traffic->seat->traffic = *options;
    traffic->seat->has_traffic = true;
    return traffic;
}

void traffic_free(struct traffic *traffic) {
    if (traffic) traffic->seat->has_traffic = false;
    free(traffic);
}

void traffic_follow(
    struct traffic *traffic, enum track track, const struct place *places,
    uint32_t count) {
    (void)traffic, (void)track, (void)places, (void)count;
}

void traffic_warm_up(struct traffic *traffic, uint64_t for_ns) {
    (void)traffic, (void)for_ns;
}

void traffic_weigh(struct traffic *traffic, uint32_t weight_bp) {
    (void)traffic, (void)weight_bp;
}

void traffic_mark(struct traffic *traffic) {
    (void)traffic;
}

uint32_t traffic_overdue(const struct traffic *traffic, uint64_t patience_us) {
    (void)traffic, (void)patience_us;
    return 0;
}

/* Since the mark it is all on stable, as far as it can be seen. */
struct traffic_state traffic_look(const struct traffic *traffic) {
    uint64_t now_ns = loop_clock_ns();
    struct traffic_state state = {
        .kind = TRAFFIC_LOG,
        .since = {[TRACK_STABLE] = now_ns >= made_up->faults.blind_ns},
        .age_ms = (now_ns - made_up->last_unit_ns) / NS_PER_MS,
        .contradicts = now_ns < made_up->faults.contradicts_ns,
    };
    (void)traffic;
    if (state.contradicts) {
        text_copy_cut(state.words, sizeof state.words, "the lines contradict");
    }
    return state;
}

/* Where it is spoken to does not matter: nobody connects. */
bool rollout_place(
    const struct target *target, char path[FOLDER_PATH_SIZE], struct error *err) {
    (void)target;
    (void)err;
    path[0] = '\0';
    return true;
}

void rollout_lock_name(const char *target, char name[ROLLOUT_LOCK_SIZE]) {
    text_copy_cut(name, ROLLOUT_LOCK_SIZE, target);
}
