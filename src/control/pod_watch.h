/* The pods of one Deployment, as the places of a track's instances: listed again and
 * again. What cannot be listed leaves the last list as it was, and that is said. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/metric.h"
#include "core/target_parts.h"
#include "probes/places.h"

struct kubernetes;
struct loop;
struct pod_watch;

/* Neither runs inside a call. */
struct pod_watch_handlers {
    /* After each list: where those are that run; at most PODS_MAX. */
    void (*on_pods)(
        void *owner, enum track track, const struct place *places, uint32_t count);
    /* Once when they cannot be listed, with the reason (ERROR_NOT_FOUND: there is no
     * such Deployment; ERROR_AUTH: we may not), and with NULL when they can again. */
    void (*on_trouble)(void *owner, enum track track, const struct error *why);
};

struct pod_watch_options {
    struct loop *loop;                         /* borrowed */
    struct kubernetes *kubernetes;             /* the cluster; borrowed */
    const struct target_pods *pods;            /* copied */
    enum track track;                          /* that they are instances of */
    const struct pod_watch_handlers *handlers; /* borrowed; static */
    void *owner;
};

struct pod_watch *pod_watch_new(const struct pod_watch_options *options);
void pod_watch_free(struct pod_watch *watch); /* NULL is fine */

/* Whether the last list was asked for since then,
 * and every pod of it has an address. */
bool pod_watch_is_whole(const struct pod_watch *watch, uint64_t since_ns);

/* Where the n-th of the last list is; NULL behind the last. */
const struct place *pod_watch_place(const struct pod_watch *watch, uint32_t at);
