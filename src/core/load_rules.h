/* What a load run must not show: latency that rises with the load, more than 1 %
 * errors, memory that keeps growing, a queue that grows without bound. Each rule comes
 * with its evidence, and says so when it saw too little. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/trend.h"
#include "core/verdict.h"

/* clang-format off */
/*    id                 name                       what it looks for */
#define LOAD_RULES(X) \
    X(LOAD_RULE_LATENCY, "latency_rises_with_load", "latency increasing with load") \
    X(LOAD_RULE_ERRORS,  "errors_over_1_percent",   "error ratio over 1 %") \
    X(LOAD_RULE_MEMORY,  "memory_grows",            "memory of the target that keeps growing") \
    X(LOAD_RULE_QUEUE,   "queue_grows",             "queue depth growing without bound")
/* clang-format on */

enum load_rule {
#define X(id, name, what) id,
    LOAD_RULES(X)
#undef X
        LOAD_RULE_COUNT
};

const char *load_rule_name(enum load_rule rule);
const char *load_rule_what(enum load_rule rule);

/* One second of the run. NaN where nobody measures. */
struct load_rule_second {
    double load;         /* requests that were to go out in it, or users */
    double p95_ms;       /* response time; NaN without an answer */
    double memory_bytes; /* of all processes of the target */
    double queue_depth;  /* of the target; else requests without an answer yet */
    uint64_t requests, failures;
    bool ramping; /* the load still grows: so may memory and queue */
};

/* A figure over the run in a bounded number of steps:
 * when they are full, two neighbours become one. */
struct load_track {
    uint32_t count;
    uint32_t step_s; /* how long each step is */
    uint32_t in_step_s;
    bool lows; /* keeps a step's lowest: no collector of garbage hides that */
    double values[TREND_POINTS_MOST]; /* NaN for a step without any */
};

struct load_rules {
    struct load_track load, p95;     /* all of the run */
    struct load_track memory, queue; /* since the load stands */
    uint64_t requests, failures;
};

void load_rules_init(struct load_rules *rules);
void load_rules_on_second(
    struct load_rules *rules, const struct load_rule_second *second);

enum { LOAD_EVIDENCE_SIZE = 160 };

struct load_rule_finding {
    enum verdict verdict; /* FAIL: found; PASS: looked, not found; else cannot tell */
    bool measured;        /* false: nobody measures it, and nobody misses it */
    char evidence[LOAD_EVIDENCE_SIZE];
};

struct load_rule_finding load_rules_find(
    const struct load_rules *rules, enum load_rule rule);
