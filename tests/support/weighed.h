/* Evidence that a test weighs, a unit at a time. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/evidence.h"

/* As cmocka has it: `state` is evidence by the usual rules. */
int weighed_open(void **state);
int weighed_close(void **state);

/* One request at 5 %. */
void weighed_add(
    struct evidence *evidence, enum arm arm, uint64_t user, uint32_t failed);

/* A thousand requests of stable before the rollout: 1 to 1000 ms. */
void weighed_learn_latency(struct evidence *evidence);

/* Begins at 5 % with whatever enters by request,
 * and knows what that costs on stable. */
void weighed_begin_with_baselines(struct evidence *evidence);

/* Users of the canary who fail one metric alone,
 * until it is harm: at 5 %, with nobody on stable. */
uint64_t weighed_count_users(struct evidence *evidence, enum harm_metric metric);

/* How much against the canary, 1 for nothing; and that a number is so to six digits. */
double weighed_value(const struct evidence *evidence, enum harm_metric metric);
void weighed_near(double value, double expected);
