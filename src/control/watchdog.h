/* The dead-man's switch of a rollout in a cluster: looks for the controller's renewals
 * of its Lease, and sends all traffic to stable when they stop. It renews a Lease of
 * its own, so that a controller knows before it starts that somebody watches. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "control/router.h"
#include "core/target_kubernetes.h"

struct watchdog;
struct loop;

#define WATCHDOG_LEASE_SUFFIX "-watchdog"

enum watchdog_event {
    WATCHDOG_RESTS,   /* no rollout holds the Lease */
    WATCHDOG_WATCHES, /* a controller lives */
    WATCHDOG_BLIND,   /* the cluster does not answer */
    WATCHDOG_ACTS,    /* the controller is silent: back to stable */
    WATCHDOG_ACTED,   /* all traffic is on stable, and this was read back */
    WATCHDOG_FAILED,  /* it is not: tried again */
};

struct watchdog_options {
    const struct target *target; /* copied */
    const char *holder;          /* of its own Lease: the name of the pod */
    uint64_t limit_ns;           /* silence after which it acts; 0 for 15 s */
};

/* `words` say which controller, for how long, why it failed. */
typedef void (*watchdog_event_fn)(
    void *owner, enum watchdog_event event, const char *words);

struct watchdog *watchdog_start(
    struct loop *loop, const struct watchdog_options *options,
    watchdog_event_fn on_event, void *owner, struct error *err);
void watchdog_free(struct watchdog *watchdog);

/* Which router divides this target's traffic in its cluster. */
const struct router_type *watchdog_router(const struct target_kubernetes *target);

/* The program: watches until SIGTERM or SIGINT and
 * says each event on stderr. Returns its exit code. */
int watchdog_run(const struct watchdog_options *options);
