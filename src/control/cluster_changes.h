/* The changes that a rollout makes in a cluster: replicas of a Deployment, the selector
 * of a Service, the image of a container. Each tests what it supposes. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "control/cluster.h"

#define WEIGHT_ANNOTATION "flightdeck.dev/weight-bp"

/* Replicas of a Deployment: from `before` or whatever it is, to `to`. */
struct replicas_wish {
    int64_t to, before; /* before: -1 for whatever */
};
extern const struct cluster_change replicas_change;

/* The selector of a Service that stands before both versions: narrowed to the value of
 * one label, or open to both. The weight that is meant is kept beside it. */
struct selector_wish {
    const char *label, *value; /* "version", "stable"; value "" for both */
    uint32_t weight_bp;
};
extern const struct cluster_change selector_change;

/* What the Service says: "" in `value` when it is open, weight -1 when none is kept. */
struct selector_seen {
    char value[TARGET_CLUSTER_NAME_SIZE];
    int32_t weight_bp;
};
void selector_read(
    const struct node *service, const char *label, struct selector_seen *seen);

/* The image of one container of a Deployment's pods. */
struct image_wish {
    const char *container, *image;
    const char *before; /* "" for whatever it is */
};
extern const struct cluster_change image_change;
