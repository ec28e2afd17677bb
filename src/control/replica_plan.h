/* What two Deployments and their Service stand for, and the steps that lead from there
 * to another weight: the canary grows and is ready before stable shrinks. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "control/cluster_changes.h"
#include "control/router.h"
#include "core/deployment.h"
#include "core/replica_ratio.h"

#define REPLICA_LABEL  "version" /* of the pods, and what the Service may select by */
#define REPLICA_STABLE "stable"
#define REPLICA_CANARY "canary"

enum replica_step {
    REPLICA_END,
    REPLICA_RIGHTS,
    REPLICA_SCALERS,
    REPLICA_READ_STABLE,
    REPLICA_READ_CANARY,
    REPLICA_READ_SERVICE,
    REPLICA_PLAN, /* all was read: what follows is decided */
    REPLICA_SCALE_STABLE,
    REPLICA_SCALE_CANARY,
    REPLICA_WAIT_STABLE,
    REPLICA_WAIT_CANARY,
    REPLICA_OPEN,   /* the Service selects both */
    REPLICA_NARROW, /* stable alone */
    REPLICA_ALL,    /* the canary alone: stable keeps its pods for the way back */
};

enum { REPLICA_STEPS_MAX = 8 };

/* As it was read. */
struct replica_state {
    int64_t replicas; /* of both together, as configured */
    struct deployment stable, canary;
    struct selector_seen service;
    uint64_t epoch; /* of the Service */
};

struct replica_plan {
    enum replica_step steps[REPLICA_STEPS_MAX]; /* REPLICA_END behind the last */
    struct replica_ratio wish;
};

/* CONFLICT when the state is not what the intent supposes, nor what it wishes; REFUSED
 * for a weight that so many pods cannot stand for. */
enum router_outcome replica_plan_make(
    struct replica_plan *plan, const struct replica_state *state,
    const struct router_intent *intent, struct error *err);

/* The weight that holds in this state. */
void replica_state_view(const struct replica_state *state, struct router_seen *seen);
