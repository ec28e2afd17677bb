/* How a target's traffic is divided by a Kubernetes cluster: which cluster, and which
 * of its objects stand for the two versions. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/target_way.h"

enum { TARGET_CLUSTER_NAME_SIZE = 64, TARGET_CONTEXT_SIZE = 128 };

enum target_cluster_router { CLUSTER_REPLICAS, CLUSTER_HTTPROUTE, CLUSTER_ARGO };

struct target_kubernetes {
    char namespace[TARGET_CLUSTER_NAME_SIZE]; /* "" when no cluster is configured */
    char kubectl[TARGET_FILE_SIZE];           /* the program; "" for "kubectl" */
    char kubeconfig[TARGET_FILE_SIZE], context[TARGET_CONTEXT_SIZE]; /* "": kubectl's */
    char socket[TARGET_FILE_SIZE]; /* of a `kubectl proxy` that runs already; or "" */
    enum target_cluster_router router;
    char stable[TARGET_CLUSTER_NAME_SIZE]; /* Deployments; Services of an HTTPRoute */
    char canary[TARGET_CLUSTER_NAME_SIZE];
    char service[TARGET_CLUSTER_NAME_SIZE]; /* in front of both */
    char route[TARGET_CLUSTER_NAME_SIZE];   /* the HTTPRoute */
    char rollout[TARGET_CLUSTER_NAME_SIZE]; /* of Argo Rollouts */
    char lease[TARGET_CLUSTER_NAME_SIZE];   /* whose renewals the watchdog looks for */
    uint64_t settle_ns; /* how long a change may take; 0 for what the router takes */
    int64_t replicas;   /* of both Deployments together; 0: not by replicas */
};

/* Whether an object can be called that: letters of DNS names. "" is none, and fine. */
bool target_kubernetes_is_name(const char *name);

/* ERROR_USAGE when no cluster is configured, or by a name that no object can have:
 * names become parts of paths. */
bool target_kubernetes_check(const struct target_kubernetes *target, struct error *err);
