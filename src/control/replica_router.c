/* Two Deployments behind one Service: the weight is the share of pods.
 * Going up the canary grows first and is ready before stable shrinks,
 * so there is never less room than before. Weight 0 is a Service that
 * selects stable alone: one write, whatever the pods do; and all is one
 * that selects the canary alone, so that there still is where to go back to.
 *
 *   check: rights ──► scalers ──► Deployments ──► Service
 *   set:   scalers ──► Deployments ──► Service ──► plan ──► its steps
 *   back:  stable ──► plan ──► its steps
 *   look:  Deployments ──► Service
 */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "control/cluster.h"
#include "control/cluster_changes.h"
#include "control/replica_plan.h"
#include "control/router.h"
#include "control/scaler.h"
#include "core/epoch_fence.h"
#include "io/loop.h"

enum { STEPS_MAX = 16 };

#define POLL_NS   (250 * NS_PER_MS)
#define SETTLE_NS (600 * NS_PER_S) /* its progressDeadlineSeconds ends a wait earlier */

struct router {
    struct loop *loop; /* borrowed */
    struct cluster *cluster;
    struct target_kubernetes target;
    struct router_intent intent;
    enum replica_step steps[STEPS_MAX];
    size_t at;
    uint64_t until_ns; /* of the wait under way; 0: it has not begun */
    struct loop_timer *poll;
    struct replica_state state;
    struct replica_ratio wish;
    struct replicas_wish replicas; /* of the change under way */
    struct selector_wish selector;
    router_done_fn on_done; /* NULL: it is a look */
    router_seen_fn on_seen;
    void *owner;
};

static void advance(struct router *router);
static void on_step_done(void *owner, const struct cluster_done *done);

static struct router *start(const struct router_options *options, struct error *err) {
    const struct target_kubernetes *kubernetes = &options->target->kubernetes;
    if (!*kubernetes->stable || !*kubernetes->canary || !*kubernetes->service ||
        kubernetes->replicas < 1) {
        error_set(
            err, ERROR_USAGE,
            "split.kubernetes: stable, canary, service and replicas are needed");
        return NULL;
    }
    struct cluster *cluster = cluster_new(options->loop, options->kubernetes);
    struct router *router = memory_new(sizeof *router);
    router->loop = options->loop;
    router->cluster = cluster;
    router->target = *kubernetes;
    router->state.replicas = kubernetes->replicas;
    return router;
}

static void free_router(struct router *router) {
    if (!router) return;
    loop_timer_free(router->poll);
    cluster_free(router->cluster);
    free(router);
}

/* The end of each call: the callback may free all of it. */
static void finish(
    struct router *router, enum router_outcome outcome, const struct error *why) {
    if (router->on_done) {
        struct router_done done = {.outcome = outcome};
        if (why) done.error = *why;
        router->on_done(router->owner, &done);
        return;
    }
    struct router_seen seen = {0};
    if (why) {
        seen.error = *why;
    } else {
        replica_state_view(&router->state, &seen);
    }
    router->on_seen(router->owner, &seen);
}

/* Steps */

static void path_of(
    const struct router *router, enum replica_step step, char path[CLUSTER_PATH_SIZE]) {
    const struct target_kubernetes *target = &router->target;
    bool canary = step == REPLICA_READ_CANARY || step == REPLICA_SCALE_CANARY ||
                  step == REPLICA_WAIT_CANARY;
    if (step == REPLICA_SCALERS) {
        cluster_path(
            router->cluster, "/apis/autoscaling/v1", "horizontalpodautoscalers", "",
            path);
    } else if (
        step == REPLICA_READ_SERVICE || step == REPLICA_OPEN || step == REPLICA_ALL ||
        step == REPLICA_NARROW) {
        cluster_path(router->cluster, "/api/v1", "services", target->service, path);
    } else {
        cluster_path(
            router->cluster, "/apis/apps/v1", "deployments",
            canary ? target->canary : target->stable, path);
    }
}

static void read_for(struct router *router, enum replica_step step) {
    char path[CLUSTER_PATH_SIZE];
    path_of(router, step, path);
    cluster_read(router->cluster, path, on_step_done, router);
}

static void change_for(
    struct router *router, enum replica_step step, struct cluster_change change,
    const void *wish) {
    char path[CLUSTER_PATH_SIZE];
    path_of(router, step, path);
    change.path = path;
    change.epoch = router->intent.epoch;
    change.wish = wish;
    cluster_change(router->cluster, &change, on_step_done, router);
}

static void scale_for(struct router *router, enum replica_step step) {
    bool canary = step == REPLICA_SCALE_CANARY;
    int64_t is = canary ? router->state.canary.wanted : router->state.stable.wanted;
    router->replicas = (struct replicas_wish){
        .to = canary ? router->wish.canary : router->wish.stable,
        .before = router->intent.back ? -1 : is,
    };
    change_for(router, step, replicas_change, &router->replicas);
}

static void select_for(struct router *router, enum replica_step step) {
    router->selector = (struct selector_wish){
        .label = REPLICA_LABEL,
        .value = step == REPLICA_NARROW ? REPLICA_STABLE
                 : step == REPLICA_ALL  ? REPLICA_CANARY
                                        : "",
        .weight_bp = router->intent.weight_bp,
    };
    change_for(router, step, selector_change, &router->selector);
}

static void ask_rights(struct router *router) {
    const struct target_kubernetes *target = &router->target;
    const struct cluster_right rights[] = {
        {"get", "apps", "deployments", target->stable},
        {"patch", "apps", "deployments", target->stable},
        {"get", "apps", "deployments", target->canary},
        {"patch", "apps", "deployments", target->canary},
        {"get", "", "services", target->service},
        {"patch", "", "services", target->service},
        {"list", "autoscaling", "horizontalpodautoscalers", ""},
    };
    cluster_may(
        router->cluster, rights, sizeof rights / sizeof *rights, on_step_done, router);
}

/* Puts the steps of the plan behind the step that asked for it; false when there is
 * none, and the call has ended. */
static bool plan(struct router *router) {
    struct replica_plan made;
    struct error err = {0};
    enum router_outcome outcome =
        replica_plan_make(&made, &router->state, &router->intent, &err);
    if (outcome != ROUTER_DONE) {
        finish(router, outcome, &err);
        return false;
    }
    router->wish = made.wish;
    size_t at = ++router->at;
    for (size_t i = 0; i < REPLICA_STEPS_MAX; i++) {
        ensure(at + i < STEPS_MAX);
        router->steps[at + i] = made.steps[i];
        if (made.steps[i] == REPLICA_END) break;
    }
    return true;
}

static void advance(struct router *router) {
    if (router->steps[router->at] == REPLICA_PLAN && !plan(router)) return;
    enum replica_step step = router->steps[router->at];
    switch (step) {
    case REPLICA_RIGHTS: ask_rights(router); return;
    case REPLICA_SCALERS:
    case REPLICA_READ_STABLE:
    case REPLICA_WAIT_STABLE:
    case REPLICA_READ_CANARY:
    case REPLICA_WAIT_CANARY:
    case REPLICA_READ_SERVICE: read_for(router, step); return;
    case REPLICA_PLAN: panic("a plan without steps");
    case REPLICA_SCALE_STABLE:
    case REPLICA_SCALE_CANARY: scale_for(router, step); return;
    case REPLICA_OPEN:
    case REPLICA_ALL:
    case REPLICA_NARROW: select_for(router, step); return;
    case REPLICA_END: finish(router, ROUTER_DONE, NULL); return;
    }
}

static void on_poll(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct router *router = owner;
    router->poll = NULL;
    advance(router);
}

static void go_on(struct router *router) {
    router->until_ns = 0;
    router->at++;
    advance(router);
}

/* Pods take their time, and one look that fails says
 * nothing about them: then there is no `deployment`. */
static void wait_on(struct router *router, const struct deployment *deployment) {
    struct error err = {0};
    uint64_t now_ns = loop_clock_ns();
    uint64_t settle_ns = router->target.settle_ns;
    if (router->until_ns == 0) {
        router->until_ns = now_ns + (settle_ns ? settle_ns : SETTLE_NS);
    }
    if (deployment && deployment_is_settled(deployment)) {
        go_on(router);
        return;
    }
    bool failed = deployment && deployment_has_failed(deployment);
    if (!failed && now_ns < router->until_ns) {
        router->poll = loop_after(router->loop, POLL_NS, on_poll, router);
        return;
    }
    char words[ROLLOUT_WORDS_SIZE] = "the cluster does not answer";
    if (deployment) deployment_words(deployment, words, sizeof words);
    error_set(&err, ERROR_TIMEOUT, "%s", words);
    finish(router, failed ? ROUTER_REFUSED : ROUTER_UNKNOWN, &err);
}

static bool are_unscaled(
    const struct router *router, const struct node *list, struct error *err) {
    const char *const names[] = {router->target.stable, router->target.canary};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char scaler[TARGET_CLUSTER_NAME_SIZE];
        if (!scaler_of(list, names[i], scaler, sizeof scaler)) continue;
        return error_set(
            err, ERROR_USAGE, "the autoscaler %s changes the pods of %s, too", scaler,
            names[i]);
    }
    return true;
}

/* What a step has read; false when it cannot be gone on from there. */
static bool take(
    struct router *router, enum replica_step step, const struct node *object,
    struct error *err) {
    struct replica_state *state = &router->state;
    if (step == REPLICA_SCALERS) return are_unscaled(router, object, err);
    if (step == REPLICA_READ_STABLE || step == REPLICA_WAIT_STABLE) {
        return deployment_read(object, &state->stable, err);
    }
    if (step == REPLICA_READ_CANARY || step == REPLICA_WAIT_CANARY) {
        return deployment_read(object, &state->canary, err);
    }
    if (step == REPLICA_READ_SERVICE) {
        selector_read(object, REPLICA_LABEL, &state->service);
        return epoch_fence_read(object, &state->epoch, err);
    }
    return true;
}

static void on_step_done(void *owner, const struct cluster_done *done) {
    struct router *router = owner;
    struct error err = {0};
    enum replica_step step = router->steps[router->at];
    bool stable = step == REPLICA_WAIT_STABLE, canary = step == REPLICA_WAIT_CANARY;
    /* A cluster that knows no autoscalers has none. */
    bool none = step == REPLICA_SCALERS && done->missing;
    if ((stable || canary) && done->outcome == ROUTER_UNKNOWN) {
        wait_on(router, NULL);
    } else if (done->outcome != ROUTER_DONE && !none) {
        finish(router, done->outcome, &done->error);
    } else if (!none && !take(router, step, done->object, &err)) {
        finish(router, ROUTER_REFUSED, &err);
    } else if (stable || canary) {
        wait_on(router, stable ? &router->state.stable : &router->state.canary);
    } else {
        go_on(router);
    }
}

/* The calls */

static void begin(struct router *router, const enum replica_step *steps, void *owner) {
    size_t count = 0;
    router->owner = owner;
    router->at = 0;
    router->until_ns = 0;
    for (; steps[count] != REPLICA_END; count++) router->steps[count] = steps[count];
    router->steps[count] = REPLICA_END;
    advance(router);
}

static void check(struct router *router, router_done_fn on_done, void *owner) {
    static const enum replica_step steps[] = {REPLICA_RIGHTS,       REPLICA_SCALERS,
                                              REPLICA_READ_STABLE,  REPLICA_READ_CANARY,
                                              REPLICA_READ_SERVICE, REPLICA_END};
    router->on_done = on_done;
    begin(router, steps, owner);
}

/* Pods may take minutes to come up, and going back waits for nothing. */
static void drop(struct router *router) {
    loop_timer_free(router->poll);
    router->poll = NULL;
    cluster_cancel(router->cluster);
}

static void set(
    struct router *router, const struct router_intent *intent, router_done_fn on_done,
    void *owner) {
    static const enum replica_step forward[] = {
        REPLICA_SCALERS,      REPLICA_READ_STABLE, REPLICA_READ_CANARY,
        REPLICA_READ_SERVICE, REPLICA_PLAN,        REPLICA_END};
    static const enum replica_step back[] = {
        REPLICA_READ_STABLE, REPLICA_PLAN, REPLICA_END};
    if (intent->back) drop(router);
    router->on_done = on_done;
    router->intent = *intent;
    if (intent->back) router->intent.weight_bp = 0;
    begin(router, intent->back ? back : forward, owner);
}

static void look(struct router *router, router_seen_fn on_seen, void *owner) {
    static const enum replica_step steps[] = {
        REPLICA_READ_STABLE, REPLICA_READ_CANARY, REPLICA_READ_SERVICE, REPLICA_END};
    router->on_done = NULL;
    router->on_seen = on_seen;
    begin(router, steps, owner);
}

const struct router_type replica_router = {
    .name = "replicas",
    .yields = true,
    .start = start,
    .free = free_router,
    .check = check,
    .set = set,
    .look = look,
};
