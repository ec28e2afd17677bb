/* A router with a leased weight: answers late,
 * not at all, or without having done it. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/memory.h"
#include "base/units.h"
#include "control/routers.h"
#include "io/loop.h"
#include "simulation/made_up.h"

enum { ANSWER_MS = 80, TIMEOUT_MS = 2000 };

#define LEASE_NS (6 * NS_PER_S)

struct router {
    struct loop *loop;
    uint64_t epoch;
    router_done_fn on_done;
    router_seen_fn on_seen;
    void *owner;
    struct router_done done;
    struct loop_timer *timer;
};

/* On its way, whatever becomes of who has sent it. */
struct write {
    uint32_t weight_bp;
    uint64_t epoch;
};

uint32_t made_up_weight(const struct made_up *world) {
    return loop_clock_ns() < world->router.lease_until_ns ? world->router.weight_bp : 0;
}

static struct router *start(const struct router_options *options, struct error *err) {
    struct router *router = memory_new(sizeof *router);
    (void)err;
    router->loop = options->loop;
    router->epoch = made_up->epoch;
    return router;
}

static void free_router(struct router *router) {
    loop_timer_free(router->timer);
    free(router);
}

static void on_answer(void *owner, uint64_t now_ns) {
    struct router *router = owner;
    const struct router_done done = router->done;
    (void)now_ns;
    router->timer = NULL;
    router->on_done(router->owner, &done);
}

static void answer(
    struct router *router, enum router_outcome outcome, const char *words) {
    uint64_t after_ms = outcome == ROUTER_UNKNOWN ? TIMEOUT_MS : ANSWER_MS;
    router->done = (struct router_done){.outcome = outcome};
    if (outcome != ROUTER_DONE) {
        error_set(&router->done.error, ERROR_CONFLICT, "%s", words);
    }
    router->timer =
        loop_after(router->loop, made_up_soon_ns(made_up, after_ms), on_answer, router);
}

static void check(struct router *router, router_done_fn on_done, void *owner) {
    router->on_done = on_done;
    router->owner = owner;
    bool is_silent = loop_clock_ns() < made_up->faults.router_silent_ns;
    answer(router, is_silent ? ROUTER_UNKNOWN : ROUTER_DONE, "no answer");
}

static void on_arrived(void *owner, uint64_t now_ns) {
    const struct write *write = owner;
    made_up->router =
        (struct made_up_router){write->weight_bp, write->epoch, now_ns + LEASE_NS};
    free(owner);
}

static void send(
    const struct router *router, const struct router_intent *intent, const char *op) {
    struct write *write = memory_new(sizeof *write);
    *write = (struct write){intent->weight_bp, intent->epoch};
    if (intent->back) made_up_say_if_late(made_up, router->loop);
    made_up_say(
        made_up, "act epoch=%llu op=%s bp=%u", (unsigned long long)intent->epoch, op,
        intent->weight_bp);
    loop_after(made_up->nature, made_up_soon_ns(made_up, 20), on_arrived, write);
}

static bool conflicts(const struct router_intent *intent, uint32_t before_bp) {
    uint32_t now_bp = made_up_weight(made_up);
    if (made_up->router.epoch > intent->epoch) return true;
    return now_bp != before_bp && now_bp != intent->weight_bp;
}

static void write_weight(
    struct router *router, const struct router_intent *intent, const char *op) {
    bool is_renewal = op[0] == 'r';
    uint32_t before_bp = is_renewal ? intent->weight_bp : intent->before_bp;
    uint64_t now_ns = loop_clock_ns();
    bool is_silent = now_ns < made_up->faults.router_silent_ns;
    bool is_unsure = now_ns < made_up->faults.router_unsure_ns;
    if (is_silent || (is_unsure && made_up_chance(made_up, 0.3))) {
        answer(router, ROUTER_UNKNOWN, "no answer");
        return;
    }
    if (!intent->back && conflicts(intent, before_bp)) {
        answer(router, ROUTER_CONFLICT, "somebody else has changed it");
        return;
    }
    send(router, intent, op);
    bool is_lost = is_unsure && made_up_chance(made_up, 0.5);
    answer(router, is_lost ? ROUTER_UNKNOWN : ROUTER_DONE, "the answer was lost");
}

static void set(
    struct router *router, const struct router_intent *intent, router_done_fn on_done,
    void *owner) {
    router->on_done = on_done;
    router->owner = owner;
    write_weight(router, intent, intent->back ? "back" : "weight");
}

static void renew(
    struct router *router, const struct router_intent *intent, router_done_fn on_done,
    void *owner) {
    router->on_done = on_done;
    router->owner = owner;
    write_weight(router, intent, "renew");
}

static uint32_t lease_ms(uint64_t now_ns) {
    uint64_t until_ns = made_up->router.lease_until_ns;
    return now_ns < until_ns ? (uint32_t)((until_ns - now_ns) / NS_PER_MS) : 0;
}

static void on_look(void *owner, uint64_t now_ns) {
    struct router *router = owner;
    bool is_silent = now_ns < made_up->faults.router_silent_ns;
    struct router_seen seen = {.known = !is_silent};
    router->timer = NULL;
    if (is_silent) {
        error_set(&seen.error, ERROR_TIMEOUT, "the router does not answer");
    } else {
        seen.settled = seen.leased = true;
        seen.weight_bp = made_up_weight(made_up);
        seen.lease_ms = lease_ms(now_ns);
        seen.epoch = made_up->router.epoch;
    }
    made_up_say(
        made_up, "look epoch=%llu known=%d bp=%u", (unsigned long long)router->epoch,
        seen.known, seen.weight_bp);
    router->on_seen(router->owner, &seen);
}

static void look(struct router *router, router_seen_fn on_seen, void *owner) {
    router->on_seen = on_seen;
    router->owner = owner;
    router->timer =
        loop_after(router->loop, made_up_soon_ns(made_up, ANSWER_MS), on_look, router);
}

static const struct router_type made_up_router = {
    .name = "made up",
    .known_assignment = true,
    .start = start,
    .free = free_router,
    .check = check,
    .set = set,
    .renew = renew,
    .look = look,
    .renew_every_ns = LEASE_NS / 3,
};

/* A controller asks which one it has. */
const struct router_type haproxy_router = {.name = "not here"};

const struct router_type *router_for(const struct target *target, struct error *err) {
    (void)target;
    (void)err;
    return &made_up_router;
}
