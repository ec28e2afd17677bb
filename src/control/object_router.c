/*   check: rights ──► object ──► fits
 *   set:   … ──► written ──► judged ──► read ──► judged …
 *   look:  object ──► view
 */
/* SPDX-License-Identifier: MIT */
#include "control/object_router.h"

#include "base/units.h"
#include "io/loop.h"

#define POLL_NS   (250 * NS_PER_MS)
#define SETTLE_NS (30 * NS_PER_S)

static void on_rights(void *owner, const struct cluster_done *done);
static void on_checked(void *owner, const struct cluster_done *done);
static void on_written(void *owner, const struct cluster_done *done);
static void on_poll(void *owner, uint64_t now_ns);
static void on_polled(void *owner, const struct cluster_done *done);
static void on_looked(void *owner, const struct cluster_done *done);

void object_router_init(
    struct object_router *own, struct router *router,
    const struct object_router_type *type, const struct router_options *options) {
    uint64_t settle_ns = options->target->kubernetes.settle_ns;
    *own = (struct object_router){
        .type = type,
        .router = router,
        .loop = options->loop,
        .cluster = cluster_new(options->loop, options->kubernetes),
        .settle_ns = settle_ns ? settle_ns : SETTLE_NS,
    };
}

void object_router_clear(struct object_router *own) {
    loop_timer_free(own->poll);
    cluster_free(own->cluster);
}

void object_router_finish(
    struct object_router *own, enum router_outcome outcome, const struct error *why) {
    struct router_done done = {.outcome = outcome};
    if (why) done.error = *why;
    own->on_done(own->owner, &done);
}

/* Checking */

void object_router_check(
    struct object_router *own, const struct cluster_right *rights, size_t count,
    router_done_fn on_done, void *owner) {
    own->on_done = on_done;
    own->owner = owner;
    cluster_may(own->cluster, rights, count, on_rights, own);
}

static void on_rights(void *owner, const struct cluster_done *done) {
    struct object_router *own = owner;
    if (done->outcome != ROUTER_DONE) {
        object_router_finish(own, done->outcome, &done->error);
        return;
    }
    cluster_read(own->cluster, own->path, on_checked, own);
}

static void on_checked(void *owner, const struct cluster_done *done) {
    struct object_router *own = owner;
    struct error err = {0};
    if (done->outcome != ROUTER_DONE) {
        object_router_finish(own, done->outcome, &done->error);
    } else if (!own->type->fits(own->router, done->object, &err)) {
        object_router_finish(own, ROUTER_REFUSED, &err);
    } else {
        object_router_finish(own, ROUTER_DONE, NULL);
    }
}

/* Setting */

/* What waits gives way to going back. */
static void drop(struct object_router *own) {
    loop_timer_free(own->poll);
    own->poll = NULL;
    cluster_cancel(own->cluster);
}

void object_router_set(
    struct object_router *own, const struct router_intent *intent,
    router_done_fn on_done, void *owner) {
    if (intent->back) drop(own);
    own->on_done = on_done;
    own->owner = owner;
    own->intent = *intent;
    if (intent->back) own->intent.weight_bp = 0;
    own->until_ns = loop_clock_ns() + own->settle_ns;
}

static void begin_change(
    struct object_router *own, struct cluster_change change, const void *wish,
    cluster_done_fn on_done, void *owner) {
    change.path = own->path;
    change.epoch = own->intent.epoch;
    change.wish = wish;
    cluster_change(own->cluster, &change, on_done, owner);
}

void object_router_change(
    struct object_router *own, struct cluster_change change, const void *wish,
    cluster_done_fn on_done) {
    begin_change(own, change, wish, on_done, own->router);
}

void object_router_write(
    struct object_router *own, struct cluster_change change, const void *wish) {
    begin_change(own, change, wish, on_written, own);
}

static void on_written(void *owner, const struct cluster_done *done) {
    struct object_router *own = owner;
    if (done->outcome != ROUTER_DONE) {
        object_router_finish(own, done->outcome, &done->error);
        return;
    }
    own->type->judge(own->router, done->object);
}

bool object_router_wait(struct object_router *own) {
    if (loop_clock_ns() >= own->until_ns) return false;
    own->poll = loop_after(own->loop, POLL_NS, on_poll, own);
    return true;
}

static void on_poll(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct object_router *own = owner;
    own->poll = NULL;
    cluster_read(own->cluster, own->path, on_polled, own);
}

static void on_polled(void *owner, const struct cluster_done *done) {
    struct object_router *own = owner;
    if (done->outcome == ROUTER_DONE || done->outcome == ROUTER_UNKNOWN) {
        own->type->judge(own->router, done->object);
    } else {
        object_router_finish(own, done->outcome, &done->error);
    }
}

/* Looking */

void object_router_look(
    struct object_router *own, router_seen_fn on_seen, void *owner) {
    own->on_seen = on_seen;
    own->owner = owner;
    cluster_read(own->cluster, own->path, on_looked, own);
}

static void on_looked(void *owner, const struct cluster_done *done) {
    struct object_router *own = owner;
    struct router_seen seen = {0};
    if (done->outcome == ROUTER_DONE) {
        own->type->view(own->router, done->object, &seen);
    } else {
        seen.error = done->error;
    }
    own->on_seen(own->owner, &seen);
}
