/* What is pressed on a Rollout of Argo Rollouts:
 * a pause ends, or all of it is aborted. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "control/cluster.h"
#include "core/argo_rollout.h"

/* The version that a rollout of ours is about: at its end it is the stable one, and
 * only this tells it from one at rest. */
#define ARGO_HASH_ANNOTATION "flightdeck.dev/pod-hash"

struct argo_wish {
    int32_t weight, before; /* percent */
    bool whole;             /* the weight is one of whole percents */
};

/* The epoch and the version are ours; then one of the others, on "/status". */
extern const struct cluster_change argo_claim, argo_press, argo_abort;

/* Whether the weight is there, and stays. */
bool argo_is_there(const struct argo_wish *wish, const struct argo_rollout *rollout);

/* Whether its version is the one that was claimed. */
bool argo_is_claimed(const struct node *object, const struct argo_rollout *rollout);
