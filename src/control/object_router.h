/* What the routers share that divide traffic by one object of a cluster: rights, the
 * object as it is read, a write that takes its time, and whom to tell. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/cluster.h"
#include "control/router.h"

struct loop_timer;

/* What each adds. */
struct object_router_type {
    /* Whether it can be used, as it is. */
    bool (*fits)(struct router *router, const struct node *object, struct error *err);
    /* Ends the set when what was written has taken effect, or never will; else
     * object_router_wait(). `object` is NULL while the cluster does not answer. */
    void (*judge)(struct router *router, const struct node *object);
    /* `seen` is all zeros. */
    void (*view)(
        struct router *router, const struct node *object, struct router_seen *seen);
};

struct object_router {
    const struct object_router_type *type;
    struct router *router; /* whose part it is */
    struct loop *loop;     /* borrowed */
    struct cluster *cluster;
    char path[CLUSTER_PATH_SIZE]; /* of the object */
    struct router_intent intent;  /* of the set under way; weight 0 when it goes back */
    uint64_t settle_ns;           /* how long a write may take to have its effect */
    uint64_t until_ns;            /* until when the one under way may */
    struct loop_timer *poll;
    router_done_fn on_done;
    router_seen_fn on_seen;
    void *owner;
};

void object_router_init(
    struct object_router *own, struct router *router,
    const struct object_router_type *type, const struct router_options *options);
void object_router_clear(struct object_router *own);

/* The end of each call that writes or checks: the callback may free all of it. */
void object_router_finish(
    struct object_router *own, enum router_outcome outcome, const struct error *why);

/* The calls of a router, but for what a set writes: that comes behind _set(). */
void object_router_check(
    struct object_router *own, const struct cluster_right *rights, size_t count,
    router_done_fn on_done, void *owner);
void object_router_set(
    struct object_router *own, const struct router_intent *intent,
    router_done_fn on_done, void *owner);
void object_router_look(struct object_router *own, router_seen_fn on_seen, void *owner);

/* Changes the object under the epoch of the set; `wish` is borrowed until then. The
 * second one ends the set when it fails, and else has it judged. */
void object_router_change(
    struct object_router *own, struct cluster_change change, const void *wish,
    cluster_done_fn on_done);
void object_router_write(
    struct object_router *own, struct cluster_change change, const void *wish);

/* The object is judged again in a moment; false, and nothing, when its time is over. */
bool object_router_wait(struct object_router *own);
