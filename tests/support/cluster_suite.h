/* The same tests on two grounds: the API server for tests by its socket and, through
 * kubectl, the cluster that KUBECONFIG names, in a namespace of its own that is deleted
 * again. No pod of it ever runs: no node has what they ask for, so that no image is
 * pulled. What a good cluster never does (outages, slow or broken answers, pods that
 * crash) the other tests of the cluster do, against the API server for tests alone. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "support/cluster_ground.h"

#define APPS    "/apis/apps/v1"
#define CORE    "/api/v1"
#define GATEWAY "/apis/gateway.networking.k8s.io/v1"
#define EPOCH   "$.metadata.annotations['flightdeck.dev/epoch']"

struct CMUnitTest;

/* Returns how many failed. Their `state` is the ground, with a Deployment of no pods
 * and a Service, both named agent. */
int cluster_suite_run(const struct CMUnitTest *tests, size_t count);

void cluster_suite_add_deployment(
    struct cluster_ground *ground, const char *name, int replicas);
