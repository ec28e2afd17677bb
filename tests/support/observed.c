/* SPDX-License-Identifier: MIT */
#include "support/observed.h"

#include "core/harm_metric.h"
#include "core/weight.h"

enum { USERS = 300 };

struct observation observed(
    enum arm arm, uint32_t weight_bp, uint64_t user, uint32_t failed) {
    return (struct observation){
        .assigned = arm,
        .served = arm,
        .weight_bp = weight_bp,
        .user = user,
        .failed = failed,
        .latency_us = OBSERVATION_UNKNOWN,
        .cost_micro = OBSERVATION_UNKNOWN,
        .tokens = OBSERVATION_UNKNOWN,
    };
}

struct observation observed_any(struct random *random, uint32_t weight_bp) {
    bool on_canary = random_unit(random) < weight_ratio(weight_bp);
    uint64_t user = random_below(random, USERS);
    struct observation seen =
        observed(on_canary ? ARM_CANARY : ARM_STABLE, weight_bp, user, 0);
    if (random_below(random, 3) == 0) {
        seen.failed = (uint32_t)random_below(random, HARM_ALL + 1);
    }
    seen.told = (uint32_t)random_below(random, HARM_ALL + 1);
    if (random_below(random, 20) == 0) seen.served = ARM_STABLE;
    seen.is_running = random_below(random, 10) == 0;
    seen.is_warming = random_below(random, 10) == 0;
    seen.latency_us = (uint64_t)random_lognormal(random, 1e6, 0.8);
    seen.cost_micro = random_below(random, 5000);
    if (random_below(random, 4) > 0) seen.tokens = random_below(random, 900);
    seen.chance = random_unit(random);
    return seen;
}
