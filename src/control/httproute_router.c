/* An HTTPRoute of the Gateway API: the weights of all its rules that name both versions
 * change in one write, which holds once every gateway has taken it in. */
/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "control/object_router.h"
#include "core/epoch_fence.h"
#include "core/http_route.h"

struct router {
    struct object_router own;
    struct target_kubernetes target;
    struct http_route_names names;
};

static bool fits(struct router *router, const struct node *object, struct error *err) {
    struct http_route route;
    if (!http_route_read(object, &router->names, &route, err)) return false;
    if (http_route_bp(&route) < 0) {
        return error_set(err, ERROR_USAGE, "the rules of the route divide differently");
    }
    return route.accepted || error_set(err, ERROR_USAGE, "%s", route.words);
}

static bool is_divided(const void *wish, const struct node *object) {
    const struct router *router = wish;
    struct http_route route;
    struct error err;
    return http_route_read(object, &router->names, &route, &err) &&
           http_route_bp(&route) == (int32_t)router->own.intent.weight_bp;
}

static enum change_need plan(
    const void *wish, const struct node *object, struct json_patch *patch,
    struct error *err) {
    const struct router *router = wish;
    const struct router_intent *intent = &router->own.intent;
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

/* The weight stands in the route; what counts is that a gateway has it. */
static void judge(struct router *router, const struct node *object) {
    struct object_router *own = &router->own;
    struct http_route route = {.words = "the cluster does not answer"};
    struct error err = {0};
    if (object && !is_divided(router, object)) {
        error_set(&err, ERROR_CONFLICT, "somebody has changed the route meanwhile");
        object_router_finish(own, ROUTER_CONFLICT, &err);
        return;
    }
    bool read = object && http_route_read(object, &router->names, &route, &err);
    if (read && route.accepted) {
        object_router_finish(own, ROUTER_DONE, NULL);
    } else if (!object_router_wait(own)) {
        error_set(&err, ERROR_TIMEOUT, "the weight is written, but %s", route.words);
        object_router_finish(own, ROUTER_UNKNOWN, &err);
    }
}

static void view(
    struct router *router, const struct node *object, struct router_seen *seen) {
    struct http_route route;
    if (!http_route_read(object, &router->names, &route, &seen->error) ||
        !epoch_fence_read(object, &seen->epoch, &seen->error)) {
        return;
    }
    int32_t weight_bp = http_route_bp(&route);
    seen->known = weight_bp >= 0;
    seen->settled = route.accepted;
    seen->weight_bp = seen->known ? (uint32_t)weight_bp : 0;
    text_copy_cut(seen->words, sizeof seen->words, route.words);
    if (seen->known) return;
    error_set(
        &seen->error, ERROR_CONFLICT, "the rules of the route divide differently");
}

/* The calls */

static struct router *start(const struct router_options *options, struct error *err) {
    static const struct object_router_type type = {fits, judge, view};
    const struct target_kubernetes *kubernetes = &options->target->kubernetes;
    if (!*kubernetes->stable || !*kubernetes->canary || !*kubernetes->route) {
        error_set(
            err, ERROR_USAGE, "split.kubernetes: stable, canary and route are needed");
        return NULL;
    }
    struct router *router = memory_new(sizeof *router);
    router->target = *kubernetes;
    router->names =
        (struct http_route_names){router->target.stable, router->target.canary};
    object_router_init(&router->own, router, &type, options);
    cluster_path(
        router->own.cluster, "/apis/gateway.networking.k8s.io/v1", "httproutes",
        kubernetes->route, router->own.path);
    return router;
}

static void free_router(struct router *router) {
    if (!router) return;
    object_router_clear(&router->own);
    free(router);
}

static void check(struct router *router, router_done_fn on_done, void *owner) {
    const char *group = "gateway.networking.k8s.io", *name = router->target.route;
    const struct cluster_right rights[] = {
        {"get", group, "httproutes", name}, {"patch", group, "httproutes", name}};
    object_router_check(
        &router->own, rights, sizeof rights / sizeof *rights, on_done, owner);
}

static void set(
    struct router *router, const struct router_intent *intent, router_done_fn on_done,
    void *owner) {
    const struct cluster_change change = {.sub = "", .plan = plan, .holds = is_divided};
    object_router_set(&router->own, intent, on_done, owner);
    object_router_write(&router->own, change, router);
}

static void look(struct router *router, router_seen_fn on_seen, void *owner) {
    object_router_look(&router->own, on_seen, owner);
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
