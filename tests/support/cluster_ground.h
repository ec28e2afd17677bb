/* A namespace of its own in a cluster, for tests that run
 * against the API server for tests and against a real one alike:
 * objects are made, read and changed through the API alone. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/node.h"
#include "support/kubernetes_peer.h"
#include "support/test_folder.h"
#include "support/test_process.h"

struct kubernetes;
struct loop;

enum cluster_way {
    WAY_SOCKET,  /* the API server for tests on this loop, by its socket */
    WAY_KUBECTL, /* the cluster that KUBECONFIG names, by kubectl; without one, the API
                  * server for tests as a program stands in for it */
};

enum { GROUND_NAME_SIZE = 64, GROUND_VALUE_SIZE = 512 };

struct cluster_ground {
    struct test_folder folder; /* $XDG_RUNTIME_DIR is in it */
    struct loop *loop;
    struct kubernetes_peer *peer;  /* of WAY_SOCKET */
    struct test_process stand_in;  /* of WAY_KUBECTL without a cluster */
    struct kubernetes *kubernetes; /* to its namespace */
    char namespace[GROUND_NAME_SIZE];
    bool is_real; /* its namespace was made there, and is deleted */
    unsigned answers;
};

/* Makes the namespace; fails the test when it cannot. */
void cluster_ground_open(struct cluster_ground *ground, enum cluster_way way);
/* Deletes it, and waits until the cluster says that it will be gone. */
void cluster_ground_close(struct cluster_ground *ground);

/* One request and its status, 0 without an answer.
 * `path` stands behind the namespace: "/api/v1" and "services/a" become
 * /api/v1/namespaces/NAME/services/a; without `api` it stands for itself. */
struct ground_call {
    const char *method; /* NULL for GET */
    const char *api, *path, *type, *body;
};
unsigned cluster_ground_call(
    struct cluster_ground *ground, const struct ground_call *call);

/* A new object must be taken. */
void cluster_ground_add(
    struct cluster_ground *ground, const char *api, const char *plural,
    const char *json);

/* A value of an object by its path ($.spec.replicas),
 * as text; "" when it is not there. */
const char *cluster_ground_value(
    struct cluster_ground *ground, const char *api, const char *path,
    const char *value_path);

/* Runs the loop until `*flag` is at least `value`; fails the test after a minute. */
void cluster_ground_until(
    struct cluster_ground *ground, const unsigned *flag, unsigned value);
