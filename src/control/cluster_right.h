/* The question whether we may do something in a cluster: a SelfSubjectAccessReview. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"

/* "patch", "apps", "deployments" or "deployments/scale", "agent-canary". */
struct cluster_right {
    const char *verb, *group, *resource, *name;
};

void cluster_right_write(
    struct buffer *to, const char *namespace, const struct cluster_right *right);
