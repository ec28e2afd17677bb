/* What one load generator is told to do:
 * whom to ask, what, how often and for how long. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/load_task.h"
#include "core/record.h"

enum {
    LOAD_RUN_SIZE = 32,
    LOAD_HOST_SIZE = 256,
    LOAD_FILE_SIZE = 512,
    LOAD_TASKS_MAX = 16,
    LOAD_STAGES_MAX = 32,
    LOAD_USERS_MAX = 100000, /* of one plan; in the arrival model also connections */
    LOAD_RATE_MAX = 1000000, /* requests per second */
    LOAD_SHARDS_MAX = 1024,
};

enum load_model {
    LOAD_USERS, /* a level of users, each with a connection of its own; every one waits
                    * for its answer, thinks, and asks again */
    LOAD_ARRIVALS, /* a level of starts per second, whatever the answers do */
    LOAD_MODEL_COUNT
};

struct load_target {
    bool tls, insecure;        /* insecure: nothing is verified */
    char host[LOAD_HOST_SIZE]; /* name or address, without brackets */
    uint16_t port;
    char prefix[LOAD_PATH_SIZE];        /* in front of every path; "" or "/v1" */
    char authority[LOAD_HOST_SIZE + 8]; /* the Host header; "" for the host and port */
    char server_name[LOAD_HOST_SIZE];   /* of TLS; "" for the host */
    char ca[LOAD_FILE_SIZE], cert[LOAD_FILE_SIZE], key[LOAD_FILE_SIZE]; /* PEM or "" */
    uint32_t header_count;
    struct load_header headers[LOAD_HEADERS_MAX];
};

/* The level goes evenly from that of the stage before to its own; after the last stage
 * it stays. A step is a stage without duration. */
struct load_stage {
    uint64_t duration_ns;
    double level; /* users or starts per second */
};

struct load_plan {
    char run[LOAD_RUN_SIZE]; /* X-Flightdeck-Run; "" for none */
    uint64_t seed;           /* of think times, weights and ${pick:...} */
    uint32_t shard, shards;  /* which part of the whole plan is this generator's */
    struct load_target target;
    uint32_t model;     /* enum load_model */
    double level;       /* at the beginning: users or starts per second */
    double spawn_per_s; /* users: until the first stage; 0: all come at once */
    uint32_t stage_count;
    struct load_stage stages[LOAD_STAGES_MAX];
    uint64_t run_time_ns;     /* nothing starts after it; 0: until told to stop */
    uint64_t drain_ns;        /* how long answers are waited for after that */
    uint64_t report_ns;       /* how often is reported */
    uint64_t requests_max;    /* of the whole plan, polls included; 0: any number */
    uint32_t connections_max; /* arrivals: of the whole plan */
    uint64_t think_min_ns, think_max_ns; /* users: evenly between, after an answer */
    uint64_t pacing_ns; /* users: start to start, instead of thinking; 0: none */
    uint32_t task_count;
    struct load_task tasks[LOAD_TASKS_MAX];
};

/* All that may be left alone: one shard, reports each second, 30 s to drain. */
void load_plan_init(struct load_plan *plan);

/* Whether a generator can do it; `err` names what it cannot. */
bool load_plan_check(const struct load_plan *plan, struct error *err);

/* Whether users or starts per second of that level are possible. */
bool load_plan_check_level(
    const struct load_plan *plan, double level, struct error *err);

/* This shard's part of a whole: the parts of all shards add up to it. */
uint64_t load_plan_share(const struct load_plan *plan, uint64_t whole);

extern const struct record load_plan_record;
