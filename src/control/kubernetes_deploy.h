/* Gets a version into a cluster: the image of a Deployment, or of a Rollout, and waits
 * until its pods are there or will not come. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "control/router.h"
#include "core/metric.h"

struct kubernetes;
struct kubernetes_deploy;
struct loop;

struct kubernetes_deploy_wish {
    struct kubernetes *kubernetes; /* the cluster; borrowed; NULL is an error */
    const struct target *target;   /* copied: its `kubernetes` and `deploy` */
    enum track track;    /* stable: the Deployment of split.kubernetes.stable */
    const char *version; /* in the place of ${version} in the image */
    uint64_t epoch;
};

/* DONE once every pod is of the version and ready; REFUSED when the rollout of the pods
 * has failed: past its deadline, a crash loop, no such image. By replicas the Service
 * is narrowed to stable before the canary changes: new pods are no new traffic. */
struct kubernetes_deploy *kubernetes_deploy_start(
    struct loop *loop, const struct kubernetes_deploy_wish *wish,
    router_done_fn on_done, void *owner, struct error *err);
void kubernetes_deploy_free(struct kubernetes_deploy *deploy);
