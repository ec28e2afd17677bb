/* What a demo is made of: its parts, how each is started,
 * and the files that tell others about it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "core/metric.h"
#include "demo_place.h"

enum {
    DEMO_ARGS_MAX = 32,
    DEMO_ARG_SIZE = DEMO_PATH_SIZE + 32,
    DEMO_WORKERS_MAX = 8, /* of each version */
    DEMO_READY_S = 15,
    DEMO_PART_NAME_SIZE = 24,
    DEMO_USERS_MAX = 8000, /* at once; fewer where fewer descriptors are allowed */
};

#define DEMO_STABLE_RELEASE "v1.5.0"
#define DEMO_CANARY_RELEASE "v1.6.0"
#define DEMO_TABLE          "canary_lease" /* the stick table with the weight */
#define DEMO_KEY_VARIABLE   "ANTHROPIC_API_KEY"

struct demo_plan {
    struct demo_place place;
    char programs[DEMO_PATH_SIZE]; /* the folder of our own programs */
    uint16_t model_port, agent_ports[TRACK_COUNT], front_port;
    bool real_model; /* the paid API answers instead of the local model server */
    bool bad_canary; /* the canary's answers are slow and fail often */
    double traffic_rps;
    uint32_t users_max; /* connections that the router takes at once */
    uint64_t ready_ns;  /* a part that does not listen by then is given up */
};

/* How one part is started. */
struct demo_start {
    char name[DEMO_PART_NAME_SIZE]; /* "agent-canary", "worker-stable-2" */
    char args[DEMO_ARGS_MAX][DEMO_ARG_SIZE];
    unsigned arg_count;
    bool gets_key;               /* the API key stays in its environment */
    uint16_t port;               /* ready when it accepts connections; 0 for none */
    char socket[DEMO_PATH_SIZE]; /* the same for a unix socket; "" for none */
};

void demo_plan_redis(const struct demo_plan *plan, struct demo_start *start);
void demo_plan_model(const struct demo_plan *plan, struct demo_start *start);
void demo_plan_agent(
    const struct demo_plan *plan, enum track track, struct demo_start *start);
/* `number` counts from 1. */
void demo_plan_worker(
    const struct demo_plan *plan, enum track track, unsigned number,
    struct demo_start *start);
void demo_plan_router(const struct demo_plan *plan, struct demo_start *start);
bool demo_plan_has_traffic(const struct demo_plan *plan);
void demo_plan_traffic(const struct demo_plan *plan, struct demo_start *start);

/* The router's configuration: a hash bucket of the user against a leased weight. The
 * check says when a path cannot stand in it. */
bool demo_plan_check_router(const struct demo_plan *plan, struct error *err);
void demo_plan_router_config(const struct demo_plan *plan, struct buffer *to);

/* A configuration file with this demo as its one target. */
void demo_plan_target(const struct demo_plan *plan, struct buffer *to);
