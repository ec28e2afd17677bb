/* Argo Rollouts as the engine: its Rollout has weights and pauses without an end, and this
 * presses. A press tests at which step and which version it is meant, so that a second one
 * skips nothing.
 *
 *   check: rights ──► Rollout
 *   set:   epoch is claimed ──► pause ends ──► weight is there
 *   back:  epoch is claimed ──► aborted ──► weight is 0, or the Service is narrowed
 *   look:  Rollout
 */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "control/argo_changes.h"
#include "control/cluster.h"
#include "control/cluster_changes.h"
#include "control/router.h"
#include "core/argo_rollout.h"
#include "core/epoch_fence.h"
#include "io/loop.h"

enum { BP_PER_PERCENT = 100 };

#define POLL_NS   (250 * NS_PER_MS)
#define SETTLE_NS (30 * NS_PER_S)

struct router {
    struct loop *loop; /* borrowed */
    struct cluster *cluster;
    struct target_kubernetes target;
    struct router_intent intent;
    struct argo_rollout rollout; /* as it was read last */
    struct argo_wish wish;
    struct selector_wish selector;
    char path[CLUSTER_PATH_SIZE];
    uint64_t until_ns; /* when the weight must be there */
    struct loop_timer *poll;
    router_done_fn on_done;
    router_seen_fn on_seen;
    void *owner;
};

static void on_rights(void *owner, const struct cluster_done *done);
static void on_checked(void *owner, const struct cluster_done *done);
static void on_claimed(void *owner, const struct cluster_done *done);
static void on_pressed(void *owner, const struct cluster_done *done);
static void on_poll(void *owner, uint64_t now_ns);
static void on_polled(void *owner, const struct cluster_done *done);
static void on_narrowed(void *owner, const struct cluster_done *done);
static void on_looked(void *owner, const struct cluster_done *done);

static struct router *start(const struct router_options *options, struct error *err) {
    const struct target_kubernetes *kubernetes = &options->target->kubernetes;
    if (!*kubernetes->rollout) {
        error_set(err, ERROR_USAGE, "split.kubernetes: rollout is needed");
        return NULL;
    }
    struct cluster *cluster = cluster_new(options->loop, options->kubernetes);
    struct router *router = memory_new(sizeof *router);
    router->loop = options->loop;
    router->cluster = cluster;
    router->target = *kubernetes;
    cluster_path(
        cluster, "/apis/argoproj.io/v1alpha1", "rollouts", router->target.rollout,
        router->path);
    return router;
}

static void free_router(struct router *router) {
    if (!router) return;
    loop_timer_free(router->poll);
    cluster_free(router->cluster);
    free(router);
}

/* The end of each call that writes or checks: the callback may free all of it. */
static void finish(
    struct router *router, enum router_outcome outcome, const struct error *why) {
    struct router_done done = {.outcome = outcome};
    if (why) done.error = *why;
    router->on_done(router->owner, &done);
}

/* Checking */

static void check(struct router *router, router_done_fn on_done, void *owner) {
    const char *group = "argoproj.io", *name = router->target.rollout;
    const struct cluster_right rights[] = {
        {"get", group, "rollouts", name},
        {"patch", group, "rollouts", name},
        {"patch", group, "rollouts/status", name},
    };
    router->on_done = on_done;
    router->owner = owner;
    cluster_may(
        router->cluster, rights, sizeof rights / sizeof *rights, on_rights, router);
}

static void on_rights(void *owner, const struct cluster_done *done) {
    struct router *router = owner;
    if (done->outcome != ROUTER_DONE) {
        finish(router, done->outcome, &done->error);
        return;
    }
    cluster_read(router->cluster, router->path, on_checked, router);
}

static void on_checked(void *owner, const struct cluster_done *done) {
    struct router *router = owner;
    struct error err = {0};
    if (done->outcome != ROUTER_DONE) {
        finish(router, done->outcome, &done->error);
    } else if (!argo_rollout_read(done->object, &router->rollout, &err)) {
        finish(router, ROUTER_REFUSED, &err);
    } else {
        finish(router, ROUTER_DONE, NULL);
    }
}

/* Setting */

/* What waits gives way to going back. */
static void drop(struct router *router) {
    loop_timer_free(router->poll);
    router->poll = NULL;
    cluster_cancel(router->cluster);
}

static void set(
    struct router *router, const struct router_intent *intent, router_done_fn on_done,
    void *owner) {
    uint64_t settle_ns = router->target.settle_ns;
    if (intent->back) drop(router);
    router->on_done = on_done;
    router->owner = owner;
    router->intent = *intent;
    if (intent->back) router->intent.weight_bp = 0;
    router->wish = (struct argo_wish){
        .weight = (int32_t)(router->intent.weight_bp / BP_PER_PERCENT),
        .before = (int32_t)(intent->before_bp / BP_PER_PERCENT),
        .whole = router->intent.weight_bp % BP_PER_PERCENT == 0,
    };
    router->until_ns = loop_clock_ns() + (settle_ns ? settle_ns : SETTLE_NS);
    struct cluster_change change = argo_claim;
    change.path = router->path;
    change.epoch = intent->epoch;
    change.wish = &router->wish;
    cluster_change(router->cluster, &change, on_claimed, router);
}

static void on_claimed(void *owner, const struct cluster_done *done) {
    struct router *router = owner;
    if (done->outcome != ROUTER_DONE) {
        finish(router, done->outcome, &done->error);
        return;
    }
    struct cluster_change change = router->intent.back ? argo_abort : argo_press;
    change.path = router->path;
    change.epoch = router->intent.epoch;
    change.wish = &router->wish;
    cluster_change(router->cluster, &change, on_pressed, router);
}

/* It did not go back by itself: what stands in front of the pods is narrowed, and a person
 * is asked for all the same. */
static void narrow(struct router *router) {
    struct cluster_change change = selector_change;
    char path[CLUSTER_PATH_SIZE];
    cluster_path(router->cluster, "/api/v1", "services", router->target.service, path);
    router->selector = (struct selector_wish){
        .label = "rollouts-pod-template-hash", .value = router->rollout.stable_hash};
    change.path = path;
    change.epoch = router->intent.epoch;
    change.wish = &router->selector;
    cluster_change(router->cluster, &change, on_narrowed, router);
}

static void on_narrowed(void *owner, const struct cluster_done *done) {
    struct router *router = owner;
    struct error err = {0};
    bool narrowed = done->outcome == ROUTER_DONE;
    error_set(
        &err, ERROR_TIMEOUT,
        "the Rollout is aborted, but the new version still has %d %%; the Service %s",
        (int)router->rollout.weight,
        narrowed ? "was narrowed to the stable one" : "could not be narrowed either");
    finish(router, ROUTER_UNKNOWN, &err);
}

static void give_up(struct router *router) {
    struct error err = {0};
    if (router->intent.back && *router->target.service &&
        *router->rollout.stable_hash) {
        narrow(router);
        return;
    }
    error_set(
        &err, ERROR_TIMEOUT, "the Rollout stands at %d %%: %s %s",
        (int)router->rollout.weight, router->rollout.phase, router->rollout.words);
    finish(router, ROUTER_UNKNOWN, &err);
}

static void wait_on(struct router *router, const struct node *object) {
    struct error err = {0};
    bool read = object && argo_rollout_read(object, &router->rollout, &err);
    if (read && argo_is_there(&router->wish, &router->rollout)) {
        finish(router, ROUTER_DONE, NULL);
    } else if (read && router->rollout.aborted && !router->intent.back) {
        error_set(&err, ERROR_CONFLICT, "somebody has aborted the Rollout");
        finish(router, ROUTER_CONFLICT, &err);
    } else if (loop_clock_ns() < router->until_ns) {
        router->poll = loop_after(router->loop, POLL_NS, on_poll, router);
    } else {
        give_up(router);
    }
}

static void on_pressed(void *owner, const struct cluster_done *done) {
    struct router *router = owner;
    if (done->outcome != ROUTER_DONE) {
        finish(router, done->outcome, &done->error);
        return;
    }
    wait_on(router, done->object);
}

static void on_poll(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct router *router = owner;
    router->poll = NULL;
    cluster_read(router->cluster, router->path, on_polled, router);
}

static void on_polled(void *owner, const struct cluster_done *done) {
    struct router *router = owner;
    if (done->outcome == ROUTER_DONE || done->outcome == ROUTER_UNKNOWN) {
        wait_on(router, done->object);
    } else {
        finish(router, done->outcome, &done->error);
    }
}

/* Looking */

static void look(struct router *router, router_seen_fn on_seen, void *owner) {
    router->on_seen = on_seen;
    router->owner = owner;
    cluster_read(router->cluster, router->path, on_looked, router);
}

static void on_looked(void *owner, const struct cluster_done *done) {
    struct router *router = owner;
    struct argo_rollout *rollout = &router->rollout;
    struct router_seen seen = {0};
    if (done->outcome != ROUTER_DONE) {
        seen.error = done->error;
    } else if (
        argo_rollout_read(done->object, rollout, &seen.error) &&
        epoch_fence_read(done->object, &seen.epoch, &seen.error)) {
        bool ours = rollout->complete && argo_is_claimed(done->object, rollout);
        seen.known = true;
        seen.settled = rollout->observed &&
                       (rollout->paused || rollout->complete || rollout->aborted);
        seen.weight_bp =
            ours ? ROLLOUT_BASIS_POINTS : (uint32_t)rollout->weight * BP_PER_PERCENT;
        if (!seen.settled) text_copy_cut(seen.words, sizeof seen.words, rollout->words);
    }
    router->on_seen(router->owner, &seen);
}

const struct router_type argo_router = {
    .name = "argo",
    .yields = true,
    .start = start,
    .free = free_router,
    .check = check,
    .set = set,
    .look = look,
};
