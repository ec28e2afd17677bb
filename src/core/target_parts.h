/* What a target is made of besides its URL: the router, queues, processes, and its
 * tracks (core/target_track.h). */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/state_sizes.h"
#include "core/target_track.h"
#include "core/target_way.h"

/* HAProxy: its socket, the table with the lease, the two backends, and its log. */
struct target_split {
    char socket[TARGET_FILE_SIZE]; /* "" for none */
    char table[64];
    char stable[64];
    char canary[64];
    char log[TARGET_FILE_SIZE]; /* the socket that hears of each request; "" for none */
};

enum queue_kind { QUEUE_STREAM, QUEUE_LIST };

struct target_queue {
    enum queue_kind kind;
    char key[128];
    char group[64]; /* of a stream */
    char dead[128]; /* key of the dead letters; "" for none */
    uint8_t track;  /* or STATE_TRACK_NONE */
};

/* How much load it may get and what that costs; NaN where nobody has said it. */
struct target_load {
    double max_rps;            /* of a production target: more is refused */
    double tokens_per_request; /* of a model, in and out together */
    double usd_per_request;
};

/* Where a rollout's controller says how far it is, besides its socket, and where that
 * is read on another machine. */
struct target_publish {
    bool redis;                /* in the target's own */
    char listen[64];           /* 127.0.0.1:PORT or [::1]:PORT; "" for none */
    char configmap[64];        /* of the target's cluster; "" for none */
    char url[TARGET_URL_SIZE]; /* of a `listen` elsewhere, or of a ConfigMap as a proxy
                                * of its cluster offers it; "" for none */
};

/* How instances of a version come to be. */
enum deploy_kind {
    DEPLOY_EXTERNAL, /* somebody else sees to it, and they are waited for */
    DEPLOY_KUBERNETES,
    DEPLOY_COMMAND,
};

enum { TARGET_ARGS_MAX = 16, TARGET_ARG_SIZE = 128 };

/* Words with ${version} and ${track} in them. */
struct target_deploy {
    uint32_t kind;       /* enum deploy_kind */
    char deployment[64]; /* of the canary, in Kubernetes */
    char container[64];
    char image[TARGET_URL_SIZE];
    uint32_t arg_count; /* of a command, which no shell reads */
    char args[TARGET_ARGS_MAX][TARGET_ARG_SIZE];
};

struct target_process {
    char name[STATE_NAME_SIZE];
    char pid_file[TARGET_FILE_SIZE];
    uint8_t track; /* or STATE_TRACK_NONE */
    bool optional; /* without its pid file it is not missed */
};
