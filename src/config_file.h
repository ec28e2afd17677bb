/* What a flightdeck.yaml can say, as one struct. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/schema.h"
#include "core/target.h"

enum {
    CONFIG_VERSION = 1,
    CONFIG_TARGETS_MAX = 16,
    CONFIG_STEPS_MAX = 16,
    CONFIG_THEME_SIZE = 32,
};

struct config_poll {
    uint64_t health_ns, metrics_ns, redis_ns;
};

enum canary_rule { CANARY_SEQUENTIAL, CANARY_BOOK };

/* How a new version is let in. */
struct config_canary {
    uint32_t step_count;
    double steps[CONFIG_STEPS_MAX]; /* shares of the canary, ascending */
    uint64_t hold_each_ns;
    uint32_t rule;       /* enum canary_rule */
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

/* What no table can say: names, headers, references, URLs, chat and steps of one file. */
void config_file_check(const struct node *root, struct mistakes *mistakes);
