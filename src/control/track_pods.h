/* The pods of both tracks of a target, where those are pods of a cluster: whoever asks
 * the instances follows them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "control/pod_watch.h"
#include "core/target.h"

struct track_pods;

struct track_pods_options {
    struct loop *loop;                         /* borrowed */
    struct kubernetes *kubernetes;             /* the cluster; borrowed */
    const struct target *target;               /* borrowed */
    const struct pod_watch_handlers *handlers; /* borrowed; static */
    void *owner;
};

/* Whether a track of it is made of pods. */
bool track_pods_are_in(const struct target *target);

/* Begins to follow them; none without a cluster. */
struct track_pods *track_pods_new(const struct track_pods_options *options);
void track_pods_free(struct track_pods *pods); /* NULL is fine */

/* Whether the instances of a track are all that there
 * are since then: always, unless they are pods. */
bool track_pods_are_known(
    const struct track_pods *pods, enum track track, uint64_t since_ns);

/* The same, and lately: what was true some time ago lets nothing be promoted. */
bool track_pods_are_fresh(
    const struct track_pods *pods, enum track track, uint64_t now_ns);

/* The n-th instance of a track; NULL behind the last. */
const char *track_pods_url(
    const struct track_pods *pods, enum track track, uint32_t at,
    char to[PLACE_URL_SIZE]);
