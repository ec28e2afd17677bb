/* An API server without its network:
 * answers one request after the other from its store.
 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "support/kubernetes_answer.h"

enum { KUBERNETES_DENIALS_MAX = 16 };

/* "" stands for any. */
struct kubernetes_denial {
    const char *verb, *resource,
        *name; /* resource: "deployments", "deployments/scale" */
};

struct kubernetes_api {
    struct kubernetes_store store;
    const char *user; /* whose token is good */
    bool tokens;      /* without a token one is anonymous and may do nothing */
    struct kubernetes_denial denied[KUBERNETES_DENIALS_MAX];
    size_t denied_count;
    cJSON *granted; /* rules of Roles, once there are any: nothing else is allowed */
};

/* A watch that was let in: what it wants to hear. */
struct kubernetes_watch {
    struct kubernetes_place place;
    char selector[KUBERNETES_PATH_SIZE], field[KUBERNETES_PATH_SIZE];
    uint64_t version; /* tells what came behind it */
    uint64_t timeout_s;
};

/* With the namespaces kube-system, default and `agent`, and nothing else. */
void kubernetes_api_init(struct kubernetes_api *api);
void kubernetes_api_clear(struct kubernetes_api *api);

/* Nobody may do this any more; borrowed. */
void kubernetes_api_deny(
    struct kubernetes_api *api, const char *verb, const char *resource,
    const char *name);

/* From now on one may do what the rules of this Role say, and those granted before. */
void kubernetes_api_grant(struct kubernetes_api *api, const cJSON *role);

/* True when the call is a watch, which has no answer but events. */
bool kubernetes_api_answer(
    struct kubernetes_api *api, const struct kubernetes_call *call,
    struct kubernetes_answer *answer, struct kubernetes_watch *watch);

/* Whether this watch is told of it. */
bool kubernetes_watch_wants(
    const struct kubernetes_watch *watch, const struct kubernetes_event *event);

/* Adds an object as its controller would, from JSON text; panics when it cannot. */
struct kubernetes_object *kubernetes_api_add(
    struct kubernetes_api *api, const char *namespace, const char *json);
/* NULL when it is not there; `plural` is enough to find the kind. */
struct kubernetes_object *kubernetes_api_get(
    struct kubernetes_api *api, const char *namespace, const char *plural,
    const char *name);
