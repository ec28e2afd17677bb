/* An HTTPRoute of the Gateway API: the weights of all its rules that name both versions
 * change in one write, which holds once every gateway has taken it in.
 *
 *   check: rights ──► route
 *   set:   route is changed ──► gateways have it
 *   look:  route
 */
/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "control/cluster.h"
#include "control/router.h"
#include "core/epoch_fence.h"
#include "core/http_route.h"
#include "io/loop.h"

#define POLL_NS   (250 * NS_PER_MS)
#define ACCEPT_NS (30 * NS_PER_S)

struct router {
    struct loop *loop; /* borrowed */
    struct cluster *cluster;
    struct target_kubernetes target;
    struct http_route_names names;
    struct router_intent intent;
    char path[CLUSTER_PATH_SIZE];
    uint64_t until_ns; /* when a gateway must have it */
    struct loop_timer *poll;
    router_done_fn on_done;
    router_seen_fn on_seen;
    void *owner;
};

static void on_rights(void *owner, const struct cluster_done *done);
static void on_checked(void *owner, const struct cluster_done *done);
static void on_changed(void *owner, const struct cluster_done *done);
static void on_poll(void *owner, uint64_t now_ns);
static void on_polled(void *owner, const struct cluster_done *done);
static void on_looked(void *owner, const struct cluster_done *done);

static struct router *start(const struct router_options *options, struct error *err) {
    const struct target_kubernetes *kubernetes = &options->target->kubernetes;
    if (!*kubernetes->stable || !*kubernetes->canary || !*kubernetes->route) {
        error_set(
            err, ERROR_USAGE, "split.kubernetes: stable, canary and route are needed");
        return NULL;
    }
    struct cluster *cluster = cluster_new(options->loop, options->kubernetes);
    struct router *router = memory_new(sizeof *router);
    router->loop = options->loop;
    router->cluster = cluster;
    router->target = *kubernetes;
    router->names =
        (struct http_route_names){router->target.stable, router->target.canary};
    cluster_path(
        cluster, "/apis/gateway.networking.k8s.io/v1", "httproutes",
        router->target.route, router->path);
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
    const char *group = "gateway.networking.k8s.io", *name = router->target.route;
    const struct cluster_right rights[] = {
        {"get", group, "httproutes", name}, {"patch", group, "httproutes", name}};
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
    struct http_route route;
    struct error err = {0};
    if (done->outcome != ROUTER_DONE) {
        finish(router, done->outcome, &done->error);
    } else if (!http_route_read(done->object, &router->names, &route, &err)) {
        finish(router, ROUTER_REFUSED, &err);
    } else if (http_route_bp(&route) < 0) {
        error_set(&err, ERROR_USAGE, "the rules of the route divide differently");
        finish(router, ROUTER_REFUSED, &err);
    } else if (!route.accepted) {
        error_set(&err, ERROR_USAGE, "%s", route.words);
        finish(router, ROUTER_REFUSED, &err);
    } else {
        finish(router, ROUTER_DONE, NULL);
    }
}

/* Setting */

static bool is_divided(const void *wish, const struct node *object) {
    const struct router *router = wish;
    struct http_route route;
    struct error err;
    return http_route_read(object, &router->names, &route, &err) &&
           http_route_bp(&route) == (int32_t)router->intent.weight_bp;
}

static enum change_need plan(
    const void *wish, const struct node *object, struct json_patch *patch,
    struct error *err) {
    const struct router *router = wish;
    const struct router_intent *intent = &router->intent;
    struct http_route route;
    if (!http_route_read(object, &router->names, &route, err)) return CHANGE_IMPOSSIBLE;
    if (is_divided(wish, object)) return CHANGE_THERE;
    int32_t is_bp = http_route_bp(&route);
    if (!intent->back && is_bp != (int32_t)intent->before_bp) {
        error_set(
            err, ERROR_CONFLICT,
            "somebody has changed the route: its weight is %" PRId32 ".%02" PRId32
            " %%, not %" PRIu32 ".%02" PRIu32 " %%",
            is_bp / 100, is_bp % 100, intent->before_bp / 100, intent->before_bp % 100);
        return CHANGE_CONFLICT;
    }
    http_route_divide(patch, &route, &router->names, intent->weight_bp, intent->back);
    return CHANGE_NEEDED;
}

/* What waits gives way to going back. */
static void drop(struct router *router) {
    loop_timer_free(router->poll);
    router->poll = NULL;
    cluster_cancel(router->cluster);
}

static void set(
    struct router *router, const struct router_intent *intent, router_done_fn on_done,
    void *owner) {
    if (intent->back) drop(router);
    router->on_done = on_done;
    router->owner = owner;
    router->intent = *intent;
    if (intent->back) router->intent.weight_bp = 0;
    uint64_t settle_ns = router->target.settle_ns;
    router->until_ns = loop_clock_ns() + (settle_ns ? settle_ns : ACCEPT_NS);
    const struct cluster_change change = {
        .path = router->path,
        .sub = "",
        .epoch = intent->epoch,
        .plan = plan,
        .holds = is_divided,
        .wish = router,
    };
    cluster_change(router->cluster, &change, on_changed, router);
}

/* The weight stands in the route; what counts is that a gateway has it. */
static void wait_on(struct router *router, const struct node *object) {
    struct http_route route = {.words = "the cluster does not answer"};
    struct error err = {0};
    if (object && !is_divided(router, object)) {
        error_set(&err, ERROR_CONFLICT, "somebody has changed the route meanwhile");
        finish(router, ROUTER_CONFLICT, &err);
        return;
    }
    bool read = object && http_route_read(object, &router->names, &route, &err);
    if (read && route.accepted) {
        finish(router, ROUTER_DONE, NULL);
    } else if (loop_clock_ns() < router->until_ns) {
        router->poll = loop_after(router->loop, POLL_NS, on_poll, router);
    } else {
        error_set(&err, ERROR_TIMEOUT, "the weight is written, but %s", route.words);
        finish(router, ROUTER_UNKNOWN, &err);
    }
}

static void on_changed(void *owner, const struct cluster_done *done) {
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
    struct router_seen seen = {0};
    struct http_route route;
    if (done->outcome != ROUTER_DONE) {
        seen.error = done->error;
    } else if (
        http_route_read(done->object, &router->names, &route, &seen.error) &&
        epoch_fence_read(done->object, &seen.epoch, &seen.error)) {
        int32_t weight_bp = http_route_bp(&route);
        seen.known = weight_bp >= 0;
        seen.settled = route.accepted;
        seen.weight_bp = seen.known ? (uint32_t)weight_bp : 0;
        text_copy_cut(seen.words, sizeof seen.words, route.words);
        if (!seen.known) {
            error_set(
                &seen.error, ERROR_CONFLICT,
                "the rules of the route divide differently");
        }
    }
    router->on_seen(router->owner, &seen);
}

const struct router_type httproute_router = {
    .name = "httproute",
    .yields = true,
    .start = start,
    .free = free_router,
    .check = check,
    .set = set,
    .look = look,
};
