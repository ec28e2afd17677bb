/* A router of a cluster, the API server behind it, and what the router said last. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "control/router.h"
#include "support/kubernetes_stage.h"

struct router_scene {
    struct kubernetes_stage stage;
    struct target target; /* of the agent of kubernetes_peer_add_agent(), 20 pods */
    const struct router_type *type;
    struct router *router;
    unsigned answers; /* of the call under way */
    struct router_done done;
    struct router_seen seen;
};

/* `settle_ns`: how long a change may take; 0 for what the router takes. */
void router_scene_init(
    struct router_scene *scene, const struct router_type *type, uint64_t settle_ns);
void router_scene_clear(struct router_scene *scene);

/* Begins, and waits until it has ended. */
enum router_outcome router_scene_set(
    struct router_scene *scene, uint64_t epoch, uint32_t before_bp, uint32_t weight_bp);
enum router_outcome router_scene_back(struct router_scene *scene, uint64_t epoch);
enum router_outcome router_scene_check(struct router_scene *scene);
void router_scene_look(struct router_scene *scene);

/* Begins alone: `answers` becomes 1 at its end. */
void router_scene_begin(struct router_scene *scene, const struct router_intent *intent);

/* The target of such a scene, for others. */
void router_scene_target(
    struct target *target, const char *socket, enum target_cluster_router router);
