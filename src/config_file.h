/* What a flightdeck.yaml can say, as one struct. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/rollout_plan.h"
#include "core/schema.h"
#include "core/target.h"

enum {
    CONFIG_VERSION = 1,
    CONFIG_TARGETS_MAX = 16,
    CONFIG_THEME_SIZE = 32,
};

struct config_poll {
    uint64_t health_ns, metrics_ns, redis_ns;
};

/* How a new version is let in. */
struct config_canary {
    uint32_t step_count;
    double steps[ROLLOUT_STEPS_MAX]; /* shares of the canary, ascending, to all */
    uint64_t hold_each_ns;           /* a step lasts at least that long */
    uint64_t max_each_ns;            /* and at most that long, then it is held */
    uint64_t keep_previous_ns;       /* how long the version before can come back */
    uint64_t warm_up_ns;             /* latencies after a raise do not count */
    uint64_t stale_ns;               /* data older than that are none */
    bool manual;                     /* each step waits for a person */
    uint32_t rule;                   /* enum rollout_rule */
    double material;     /* harm counts from this many times the failures of stable */
    double alpha;        /* chance of a rollback without a reason */
    double budget_ratio; /* extra failures that are accepted */
};

struct config_file {
    uint32_t version;
    char target[STATE_NAME_SIZE]; /* the one to use; "" for the only one */
    char theme[CONFIG_THEME_SIZE];
    uint64_t arm_for_ns;
    struct config_poll poll;
    struct config_canary canary;
    uint32_t target_count;
    struct target targets[CONFIG_TARGETS_MAX];
};

const struct schema *config_file_schema(void);

/* What no table can say: names, headers,
 * references, URLs, chat and steps of one file. */
void config_file_check(const struct node *root, struct mistakes *mistakes);
