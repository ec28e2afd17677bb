/*   look: Lease ──► silent too long ──► router is looked at ──► back, in the next epoch
 *                                                          ──► Lease bears no name
 * every fifth of the limit.
 */
/* SPDX-License-Identifier: MIT */
#include "control/watchdog.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "control/cluster.h"
#include "control/kubernetes_lease.h"
#include "core/dead_man.h"
#include "core/lease_record.h"
#include "io/kubernetes.h"
#include "io/loop.h"

enum { LOOKS = 5, BODY_MAX = 4096, WORDS_SIZE = 400, LEASE_S = 15 };

#define LIMIT_NS (15 * NS_PER_S)

struct watchdog {
    struct loop *loop; /* borrowed */
    struct target target;
    struct kubernetes *kubernetes;
    const struct router_type *type;
    struct router *router;
    struct cluster *cluster;
    struct kubernetes_lease *own; /* its sign of life; NULL while it has none */
    char holder[LEASE_HOLDER_SIZE], own_name[TARGET_CLUSTER_NAME_SIZE];
    char path[CLUSTER_PATH_SIZE];
    struct dead_man man;
    struct lease_record seen; /* the controller's Lease as it was read last */
    uint64_t look_every_ns;
    struct loop_timer *timer;
    bool told; /* `last` was told */
    enum watchdog_event last;
    struct buffer body;
    watchdog_event_fn on_event;
    void *owner;
};

static void on_time(void *owner, uint64_t now_ns);
static void on_lease_read(void *owner, const struct cluster_done *done);
static void on_router_seen(void *owner, const struct router_seen *seen);
static void on_back(void *owner, const struct router_done *done);
static void on_unnamed(void *owner, const struct cluster_done *done);
static void on_own_held(void *owner, uint64_t epoch);
static void on_own_lost(void *owner, const struct error *why);

static const struct lease_handlers own_handlers = {
    .on_held = on_own_held, .on_lost = on_own_lost};

const struct router_type *watchdog_router(const struct target_kubernetes *target) {
    switch (target->router) {
    case CLUSTER_REPLICAS: return &replica_router;
    case CLUSTER_HTTPROUTE: return &httproute_router;
    case CLUSTER_ARGO: return &argo_router;
    }
    return &replica_router;
}

/* What goes on is told once, what is done each time. */
static void tell(
    struct watchdog *watchdog, enum watchdog_event event, const char *words) {
    bool lasts =
        event == WATCHDOG_RESTS || event == WATCHDOG_WATCHES || event == WATCHDOG_BLIND;
    if (lasts && watchdog->told && watchdog->last == event) return;
    watchdog->told = true;
    watchdog->last = event;
    watchdog->on_event(watchdog->owner, event, words);
}

static void look_again(struct watchdog *watchdog) {
    watchdog->timer =
        loop_after(watchdog->loop, watchdog->look_every_ns, on_time, watchdog);
}

static void take_own(struct watchdog *watchdog) {
    const struct lease_wish wish = {
        .kubernetes = watchdog->kubernetes,
        .name = watchdog->own_name,
        .holder = watchdog->holder,
        .duration_s = LEASE_S,
        .force = true,
    };
    watchdog->own =
        kubernetes_lease_take(watchdog->loop, &wish, &own_handlers, watchdog);
}

static bool open_all(struct watchdog *watchdog, struct loop *loop, struct error *err) {
    const struct target_kubernetes *target = &watchdog->target.kubernetes;
    struct text name = TEXT_IN(watchdog->own_name);
    text_addf(&name, "%s" WATCHDOG_LEASE_SUFFIX, target->lease);
    if (!*target->lease || name.truncated) {
        return error_set(err, ERROR_USAGE, "split.kubernetes: lease is needed");
    }
    watchdog->kubernetes = cluster_open(loop, target, true, err);
    if (!watchdog->kubernetes) return false;
    const struct router_options options = {
        loop, &watchdog->target, watchdog->kubernetes};
    watchdog->type = watchdog_router(target);
    watchdog->router = watchdog->type->start(&options, err);
    if (!watchdog->router) return false;
    watchdog->cluster = cluster_new(loop, watchdog->kubernetes);
    cluster_path(
        watchdog->cluster, "/apis/coordination.k8s.io/v1", "leases", target->lease,
        watchdog->path);
    return true;
}

struct watchdog *watchdog_start(
    struct loop *loop, const struct watchdog_options *options,
    watchdog_event_fn on_event, void *owner, struct error *err) {
    struct watchdog *watchdog = memory_new(sizeof *watchdog);
    uint64_t limit_ns = options->limit_ns ? options->limit_ns : LIMIT_NS;
    watchdog->loop = loop;
    watchdog->target = *options->target;
    watchdog->on_event = on_event;
    watchdog->owner = owner;
    watchdog->look_every_ns = limit_ns / LOOKS;
    text_copy_cut(watchdog->holder, sizeof watchdog->holder, options->holder);
    dead_man_init(&watchdog->man, limit_ns, 2 * watchdog->look_every_ns);
    buffer_init(&watchdog->body, BODY_MAX);
    if (!open_all(watchdog, loop, err)) {
        watchdog_free(watchdog);
        return NULL;
    }
    take_own(watchdog);
    watchdog->timer = loop_soon(loop, on_time, watchdog);
    return watchdog;
}

void watchdog_free(struct watchdog *watchdog) {
    if (!watchdog) return;
    loop_timer_free(watchdog->timer);
    kubernetes_lease_free(watchdog->own);
    if (watchdog->router) watchdog->type->free(watchdog->router);
    cluster_free(watchdog->cluster);
    kubernetes_free(watchdog->kubernetes);
    buffer_clear(&watchdog->body);
    free(watchdog);
}

static void on_own_held(void *owner, uint64_t epoch) {
    (void)owner;
    (void)epoch;
}

/* Without its sign of life it watches all the same;
 * with the next look it tries again. */
static void on_own_lost(void *owner, const struct error *why) {
    (void)why;
    struct watchdog *watchdog = owner;
    kubernetes_lease_free(watchdog->own);
    watchdog->own = NULL;
}

/* Looking */

static void on_time(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct watchdog *watchdog = owner;
    watchdog->timer = NULL;
    if (!watchdog->own) take_own(watchdog);
    cluster_read(watchdog->cluster, watchdog->path, on_lease_read, watchdog);
}

static void fail(struct watchdog *watchdog, const struct error *why) {
    tell(watchdog, WATCHDOG_FAILED, why->message);
    look_again(watchdog);
}

static enum dead_man_state judge(struct watchdog *watchdog, bool missing) {
    char sign[DEAD_MAN_SIGN_SIZE] = "";
    const struct lease_record *seen = &watchdog->seen;
    struct text text = TEXT_IN(sign);
    uint64_t old_ns = 0;
    if (!missing && *seen->holder) {
        int64_t age_ms = loop_wall_ms() - seen->renewed_ms;
        text_addf(&text, "%s %s", seen->holder, seen->renewed);
        if (age_ms > 0) old_ns = (uint64_t)age_ms * NS_PER_MS;
    }
    return dead_man_on_sign(&watchdog->man, sign, old_ns, loop_clock_ns());
}

static void say_holder(struct watchdog *watchdog, enum watchdog_event event) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    uint64_t silent_ns = dead_man_silence_ns(&watchdog->man, loop_clock_ns());
    safe_text_add(&text, slice_of(watchdog->seen.holder));
    if (event == WATCHDOG_ACTS) {
        text_addf(&text, " is silent for %" PRIu64 " s", silent_ns / NS_PER_S);
    }
    tell(watchdog, event, words);
}

static void on_lease_read(void *owner, const struct cluster_done *done) {
    struct watchdog *watchdog = owner;
    struct error err = done->error;
    bool read = done->outcome == ROUTER_DONE &&
                lease_record_read(done->object, &watchdog->seen, &err);
    if (!read && !done->missing) {
        dead_man_on_blind(&watchdog->man);
        tell(watchdog, WATCHDOG_BLIND, err.message);
        look_again(watchdog);
        return;
    }
    switch (judge(watchdog, done->missing)) {
    case DEAD_MAN_RESTING:
        tell(watchdog, WATCHDOG_RESTS, "no rollout");
        look_again(watchdog);
        return;
    case DEAD_MAN_HELD:
        say_holder(watchdog, WATCHDOG_WATCHES);
        look_again(watchdog);
        return;
    case DEAD_MAN_DUE:
        say_holder(watchdog, WATCHDOG_ACTS);
        watchdog->type->look(watchdog->router, on_router_seen, watchdog);
        return;
    }
}

/* Acting */

static void on_router_seen(void *owner, const struct router_seen *seen) {
    struct watchdog *watchdog = owner;
    uint64_t epoch = watchdog->seen.epoch;
    if (!seen->known && seen->error.code != ERROR_CONFLICT) {
        fail(watchdog, &seen->error);
        return;
    }
    /* Under the next one: a controller that comes to again changes nothing more. */
    if (seen->epoch > epoch) epoch = seen->epoch;
    watchdog->seen.epoch = epoch + 1;
    const struct router_intent intent = {.epoch = epoch + 1, .back = true};
    watchdog->type->set(watchdog->router, &intent, on_back, watchdog);
}

static void on_back(void *owner, const struct router_done *done) {
    struct watchdog *watchdog = owner;
    if (done->outcome != ROUTER_DONE) {
        fail(watchdog, &done->error);
        return;
    }
    tell(watchdog, WATCHDOG_ACTED, "all traffic is on stable");
    /* The controller's next renewal finds that the Lease is not his any more. If it was
     * renewed meanwhile, he lives, and finds the new epoch. */
    watchdog->seen.holder[0] = '\0';
    watchdog->seen.renewed_ms = loop_wall_ms();
    if (watchdog->seen.duration_s == 0) watchdog->seen.duration_s = LEASE_S;
    buffer_reset(&watchdog->body);
    lease_record_write(
        &watchdog->body, watchdog->target.kubernetes.lease, &watchdog->seen);
    const struct cluster_put put = {
        "PUT", watchdog->path, buffer_slice(&watchdog->body)};
    cluster_put(watchdog->cluster, &put, on_unnamed, watchdog);
}

static void on_unnamed(void *owner, const struct cluster_done *done) {
    (void)done;
    look_again(owner);
}
