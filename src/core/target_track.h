/* One of the two versions of a target: the instances that run it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/target_way.h"

enum { TARGET_INSTANCES_MAX = 64 };

/* The pods of a Deployment in the target's cluster, each an instance. */
struct target_pods {
    char deployment[64]; /* "" for none */
    int64_t port;
};

/* A track is a set of instances, given one by one, as one DNS name, or as pods. */
struct target_track {
    uint32_t url_count;
    char urls[TARGET_INSTANCES_MAX][TARGET_URL_SIZE];
    char dns[TARGET_URL_SIZE]; /* http://name:port: every address is an instance */
    struct target_pods pods;   /* followed by whoever may go to the cluster */
};
