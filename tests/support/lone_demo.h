/* A demo's stack in a home of its own: the plain case. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "support/test_demo.h"

struct lone_demo {
    struct test_demo_home home;
    struct test_demo demo;
};

extern const char *const stack_only_args[];
void lone_demo_start(struct lone_demo *stack);
void lone_demo_stop(struct lone_demo *stack); /* fails when anything stays */

/* As cmocka has it, for tests that share one: `state` is the demo. */
int lone_demo_open(void **state);
int lone_demo_close(void **state);
