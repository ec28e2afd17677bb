/* SPDX-License-Identifier: MIT */
#include "support/weighed.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "support/observed.h"

int weighed_open(void **state) {
    struct evidence *evidence = memory_new(sizeof *evidence);
    struct rollout_rules rules = rollout_rules_default();
    evidence_init(evidence, &rules);
    *state = evidence;
    return 0;
}

int weighed_close(void **state) {
    free(*state);
    return 0;
}

void weighed_add(
    struct evidence *evidence, enum arm arm, uint64_t user, uint32_t failed) {
    struct observation seen = observed(arm, 500, user, failed);
    evidence_add(evidence, &seen);
}

void weighed_learn_latency(struct evidence *evidence) {
    for (uint64_t i = 1; i <= 1000; i++) {
        struct observation seen = observed(ARM_STABLE, 0, 0, 0);
        seen.latency_us = i * 1000;
        evidence_add(evidence, &seen);
    }
}

double weighed_value(const struct evidence *evidence, enum harm_metric metric) {
    return exp(evidence_log_value_in(evidence, metric));
}

void weighed_near(double value, double expected) {
    double off = fabs(value / expected - 1);
    if (!(off < 1e-6)) fail_msg("%.9g, not %.9g", value, expected);
}

void weighed_begin_with_baselines(struct evidence *evidence) {
    struct rollout_rules rules = rollout_rules_default();
    rules.metrics = HARM_OF_REQUESTS;
    evidence_init(evidence, &rules);
    for (unsigned n = 0; n < BASELINE_LEAST; n++) {
        baseline_add(&evidence->cost, 1000 + n);
        baseline_add(&evidence->tokens, 1000 + n);
    }
    evidence_start_step(evidence, 500);
}

uint64_t weighed_count_users(struct evidence *evidence, enum harm_metric metric) {
    uint32_t told = harm_metric_share(metric) > 0 ? 0 : HARM_BIT(metric);
    uint64_t users = 0;
    weighed_begin_with_baselines(evidence);
    while (evidence_log_value(evidence) < log(100) && users < 100) {
        struct observation seen = observed(ARM_CANARY, 500, ++users, told);
        if (metric == HARM_COST) seen.cost_micro = 5000;
        if (metric == HARM_TOKENS) seen.tokens = 5000;
        evidence_add(evidence, &seen);
    }
    return users;
}
