/* Argo Rollouts as the engine: its Rollout has weights and pauses without an end, and
 * this presses. A press tests at which step and which version it is meant, so that a
 * second one skips nothing.
 *
 *   set:   epoch is claimed ──► pause ends ──► weight is there
 *   back:  epoch is claimed ──► aborted ──► weight is 0, or the Service is narrowed
 */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "control/argo_changes.h"
#include "control/cluster_changes.h"
#include "control/object_router.h"
#include "core/argo_rollout.h"
#include "core/epoch_fence.h"

enum { BP_PER_PERCENT = 100 };

struct router {
    struct object_router own;
    struct target_kubernetes target;
    struct argo_rollout rollout; /* as it was read last */
    struct argo_wish wish;
    struct selector_wish selector;
};

static void on_claimed(void *owner, const struct cluster_done *done);
static void on_narrowed(void *owner, const struct cluster_done *done);

static bool fits(struct router *router, const struct node *object, struct error *err) {
    return argo_rollout_read(object, &router->rollout, err);
}

/* It did not go back by itself: what stands in front of the pods is narrowed, and a
 * person is asked for all the same. */
static void narrow(struct router *router) {
    struct object_router *own = &router->own;
    struct cluster_change change = selector_change;
    char path[CLUSTER_PATH_SIZE];
    cluster_path(own->cluster, "/api/v1", "services", router->target.service, path);
    router->selector = (struct selector_wish){
        .label = "rollouts-pod-template-hash", .value = router->rollout.stable_hash};
    change.path = path;
    change.epoch = own->intent.epoch;
    change.wish = &router->selector;
    cluster_change(own->cluster, &change, on_narrowed, router);
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
    object_router_finish(&router->own, ROUTER_UNKNOWN, &err);
}

static void give_up(struct router *router) {
    struct error err = {0};
    if (router->own.intent.back && *router->target.service &&
        *router->rollout.stable_hash) {
        narrow(router);
        return;
    }
    error_set(
        &err, ERROR_TIMEOUT, "the Rollout stands at %d %%: %s %s",
        (int)router->rollout.weight, router->rollout.phase, router->rollout.words);
    object_router_finish(&router->own, ROUTER_UNKNOWN, &err);
}

static void judge(struct router *router, const struct node *object) {
    struct object_router *own = &router->own;
    struct error err = {0};
    bool read = object && argo_rollout_read(object, &router->rollout, &err);
    if (read && argo_is_there(&router->wish, &router->rollout)) {
        object_router_finish(own, ROUTER_DONE, NULL);
    } else if (read && router->rollout.aborted && !own->intent.back) {
        error_set(&err, ERROR_CONFLICT, "somebody has aborted the Rollout");
        object_router_finish(own, ROUTER_CONFLICT, &err);
    } else if (!object_router_wait(own)) {
        give_up(router);
    }
}

static void view(
    struct router *router, const struct node *object, struct router_seen *seen) {
    struct argo_rollout *rollout = &router->rollout;
    if (!argo_rollout_read(object, rollout, &seen->error) ||
        !epoch_fence_read(object, &seen->epoch, &seen->error)) {
        return;
    }
    bool ours = rollout->complete && argo_is_claimed(object, rollout);
    seen->known = true;
    seen->settled =
        rollout->observed && (rollout->paused || rollout->complete || rollout->aborted);
    seen->weight_bp =
        ours ? ROLLOUT_BASIS_POINTS : (uint32_t)rollout->weight * BP_PER_PERCENT;
    if (!seen->settled) text_copy_cut(seen->words, sizeof seen->words, rollout->words);
}

/* The calls */

static struct router *start(const struct router_options *options, struct error *err) {
    static const struct object_router_type type = {fits, judge, view};
    const struct target_kubernetes *kubernetes = &options->target->kubernetes;
    if (!*kubernetes->rollout) {
        error_set(err, ERROR_USAGE, "split.kubernetes: rollout is needed");
        return NULL;
    }
    struct router *router = memory_new(sizeof *router);
    router->target = *kubernetes;
    object_router_init(&router->own, router, &type, options);
    cluster_path(
        router->own.cluster, "/apis/argoproj.io/v1alpha1", "rollouts",
        kubernetes->rollout, router->own.path);
    return router;
}

static void free_router(struct router *router) {
    if (!router) return;
    object_router_clear(&router->own);
    free(router);
}

static void check(struct router *router, router_done_fn on_done, void *owner) {
    const char *group = "argoproj.io", *name = router->target.rollout;
    const struct cluster_right rights[] = {
        {"get", group, "rollouts", name},
        {"patch", group, "rollouts", name},
        {"patch", group, "rollouts/status", name},
    };
    object_router_check(
        &router->own, rights, sizeof rights / sizeof *rights, on_done, owner);
}

static void set(
    struct router *router, const struct router_intent *intent, router_done_fn on_done,
    void *owner) {
    object_router_set(&router->own, intent, on_done, owner);
    uint32_t weight_bp = router->own.intent.weight_bp;
    router->wish = (struct argo_wish){
        .weight = (int32_t)(weight_bp / BP_PER_PERCENT),
        .before = (int32_t)(intent->before_bp / BP_PER_PERCENT),
        .whole = weight_bp % BP_PER_PERCENT == 0,
    };
    object_router_change(&router->own, argo_claim, &router->wish, on_claimed);
}

static void on_claimed(void *owner, const struct cluster_done *done) {
    struct router *router = owner;
    if (done->outcome != ROUTER_DONE) {
        object_router_finish(&router->own, done->outcome, &done->error);
        return;
    }
    object_router_write(
        &router->own, router->own.intent.back ? argo_abort : argo_press, &router->wish);
}

static void look(struct router *router, router_seen_fn on_seen, void *owner) {
    object_router_look(&router->own, on_seen, owner);
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
