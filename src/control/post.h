/* A way to tell watchers elsewhere where a rollout stands: in Redis, in a cluster, by
 * HTTP. None may hold the controller up. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"
#include "core/rollout_status.h"
#include "core/target.h"

struct kubernetes;
struct loop;

/* What is told, borrowed for the call. */
struct posting {
    const struct rollout_status *status;
    struct slice envelope; /* of the event, as on the socket */
    struct slice json;     /* as of `flightdeck canary status --format json` */
    uint64_t epoch; /* to write with in the target's cluster; 0: we may not write yet */
};

/* After each try, never inside a call of the way; ERROR_NONE: it can be read there. */
typedef void (*post_said_fn)(void *owner, const struct error *how);

struct post_options {
    struct loop *loop;             /* borrowed */
    const struct target *target;   /* borrowed */
    struct kubernetes *kubernetes; /* the way to its cluster; borrowed; NULL without */
    post_said_fn on_said;
    void *owner;
};

struct post_type {
    const char *name; /* "Redis" */
    bool (*is_wanted)(const struct target_publish *publish);
    /* NULL, with the reason, when it can never work. */
    void *(*start)(const struct post_options *options, struct error *err);
    void (*free)(void *post); /* NULL is fine */
    /* The newest counts: one that could not be told yet is forgotten for it. */
    void (*tell)(void *post, const struct posting *posting);
    bool (*is_idle)(const void *post); /* nothing is on its way */
};

extern const struct post_type redis_post, listen_post, configmap_post;
