/* A cluster that a rollout changes: every change is planned on the object as it was
 * read, tests all it supposes, and is read back. One operation at a time. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "control/cluster_right.h"
#include "control/router.h"
#include "core/json_patch.h"
#include "core/node.h"
#include "core/target_kubernetes.h"

struct cluster;
struct kubernetes;
struct loop;

enum { CLUSTER_PATH_SIZE = 320, CLUSTER_RIGHTS_MAX = 16 };

struct cluster_done {
    enum router_outcome outcome;
    bool missing;              /* refused because it is not there */
    struct error error;        /* unless done */
    const struct node *object; /* what was read last; borrowed; NULL without one */
};

typedef void (*cluster_done_fn)(void *owner, const struct cluster_done *done);
/* THERE: it is as wished already; CONFLICT: it is not what the wish supposes. */
enum change_need { CHANGE_NEEDED, CHANGE_THERE, CHANGE_CONFLICT, CHANGE_IMPOSSIBLE };

struct cluster_change {
    const char *path; /* of the object */
    const char *sub;  /* "/status" to patch that part of it; "" for all */
    uint64_t epoch;   /* tested, and raised where it is older */
    /* Adds tests and changes for the object as it is; `err` unless needed or there. */
    enum change_need (*plan)(
        const void *wish, const struct node *object, struct json_patch *patch,
        struct error *err);
    bool (*holds)(const void *wish, const struct node *object); /* it is as wished */
    const void *wish; /* borrowed until it is done */
};

struct cluster_put {
    const char *method, *path; /* "POST" to create it, "PUT" to replace it */
    struct slice body;
};

/* The way to a target's cluster, for all: one `kubectl proxy`, started when needed.
 * ERROR_USAGE without a cluster, or by a name that none can have. */
struct kubernetes *cluster_open(
    struct loop *loop, const struct target_kubernetes *target, bool may_act,
    struct error *err);

struct cluster *cluster_new(struct loop *loop, struct kubernetes *kubernetes);
void cluster_free(struct cluster *cluster);
/* Ends what is under way without a callback; what was sent may be done all the same. */
void cluster_cancel(struct cluster *cluster);

/* Of an object, or of all for ""; `api`: "/apis/apps/v1". */
void cluster_path(
    const struct cluster *cluster, const char *api, const char *plural,
    const char *name, char to[CLUSTER_PATH_SIZE]);

void cluster_read(
    struct cluster *cluster, const char *path, cluster_done_fn on_done, void *owner);
void cluster_change(
    struct cluster *cluster, const struct cluster_change *change,
    cluster_done_fn on_done, void *owner);
/* Outcomes of this are not resolved: who does not know reads. */
void cluster_put(
    struct cluster *cluster, const struct cluster_put *put, cluster_done_fn on_done,
    void *owner);

/* DENIED, with the first that we have not in words. */
void cluster_may(
    struct cluster *cluster, const struct cluster_right *rights, size_t count,
    cluster_done_fn on_done, void *owner);
