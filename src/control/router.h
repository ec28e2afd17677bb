/* One way of dividing the traffic between two versions. Whatever it is, a weight is an
 * absolute value, is written with what it must have been before, and is read back. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/rollout_status.h"
#include "core/target.h"

struct kubernetes;
struct loop;
struct router;

/* What is to be. */
struct router_intent {
    uint64_t epoch;     /* a write with an older one than the resource has is refused */
    uint32_t weight_bp; /* of the canary */
    uint32_t before_bp; /* what it must be now; else it is a conflict */
    uint32_t salt;      /* of this rollout: who is assigned by hash changes with it */
    bool back;          /* to stable, whatever it was: never a conflict */
};

enum router_outcome {
    ROUTER_DONE,
    ROUTER_CONFLICT, /* somebody else has changed it: it is read again, never forced */
    ROUTER_DENIED,   /* we may not: 401, 403, a read-only socket */
    ROUTER_UNKNOWN,  /* a timeout or a reset: read back, then the same write again */
    ROUTER_REFUSED,  /* it cannot be: no such server, an invalid value */
};

struct router_done {
    enum router_outcome outcome;
    struct error error; /* in words, unless done */
};
struct router_seen {
    bool known;                     /* else `error` says why not */
    bool settled;                   /* what was written has taken effect everywhere */
    bool leased;                    /* the weight runs out by itself */
    uint32_t weight_bp;             /* that holds now */
    uint64_t epoch;                 /* 0: this router keeps none */
    uint32_t lease_ms;              /* until it runs out */
    char words[ROLLOUT_WORDS_SIZE]; /* what is not settled, or who changed it */
    struct error error;
};

typedef void (*router_done_fn)(void *owner, const struct router_done *done);
typedef void (*router_seen_fn)(void *owner, const struct router_seen *seen);

struct router_options {
    struct loop *loop;             /* borrowed */
    const struct target *target;   /* copied as far as it is needed */
    struct kubernetes *kubernetes; /* of its cluster; borrowed; NULL without one */
};

/* Callbacks run exactly once, never inside the call that started them, and not after
 * free. One call at a time; each has a deadline of its own. */
struct router_type {
    const char *name; /* "haproxy" */
    bool yields; /* a set that goes back may end another call, without its callback */
    bool known_assignment; /* each unit's probability is known: its hash is weighed */
    struct router *(*start)(const struct router_options *options, struct error *err);
    void (*free)(struct router *router);
    /* Whether it can be used at all: rights, names, a configuration that fits. */
    void (*check)(struct router *router, router_done_fn on_done, void *owner);
    void (*set)(
        struct router *router, const struct router_intent *intent,
        router_done_fn on_done, void *owner);
    /* Keeps a leased weight alive; NULL where there is no lease. */
    void (*renew)(
        struct router *router, const struct router_intent *intent,
        router_done_fn on_done, void *owner);
    void (*look)(struct router *router, router_seen_fn on_seen, void *owner);
    uint64_t renew_every_ns; /* 0 where there is no lease */
};

extern const struct router_type haproxy_router, command_router, replica_router,
    httproute_router, argo_router;
