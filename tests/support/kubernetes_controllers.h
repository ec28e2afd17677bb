/* What the controllers of a cluster do with the objects
 * of the API server for tests, one tick after the other:
 * ReplicaSets, pods and their readiness, endpoints, gateways. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "support/kubernetes_api.h"

/* All zeros is a good cluster that is done at the next tick. */
struct kubernetes_behaviour {
    unsigned observe_ticks;  /* before a new generation is looked at */
    unsigned ready_ticks;    /* before a new pod is ready */
    unsigned deadline_ticks; /* without progress; 0 for progressDeadlineSeconds x 100 */
    bool gateway_asleep;     /* no gateway looks at routes */
    bool gateway_refuses;    /* it does, and does not resolve their backends */
    bool abort_stuck;        /* an aborted Rollout keeps its weight */
    const char *pod_ip;      /* of every pod; NULL for one of its own */
};

void kubernetes_controllers_tick(
    struct kubernetes_api *api, const struct kubernetes_behaviour *behaviour);

/* The parts of it. Whoever wants to change an object takes a copy, changes that, and
 * stores it. */
void kubernetes_deployment_tick(
    struct kubernetes_api *api, const struct kubernetes_behaviour *behaviour,
    struct kubernetes_object *deployment);
void kubernetes_rollout_tick(
    struct kubernetes_api *api, const struct kubernetes_behaviour *behaviour,
    struct kubernetes_object *rollout);

/* What is used as pod-template-hash. */
const char *kubernetes_template_hash(cJSON *json, char to[16]);
bool kubernetes_pod_is_ready(cJSON *pod);

/* Sets a condition of that type; its times change only with it. */
void kubernetes_set_condition(
    cJSON *conditions, const char *type, const char *status, const char *reason,
    const char *message);
