/* A load generator and the odd server that it asks, for one test of cmocka. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "support/odd_server.h"
#include "support/test_load.h"

struct load_scene {
    struct odd_server server;
    struct test_load load;
};

/* Setup and teardown: *state is an empty scene. */
int load_scene_make(void **state);
int load_scene_clear(void **state);

/* Starts the server. Four users who ask 200 times in all and do not think. */
struct load_plan *load_scene_set_up(struct load_scene *scene, enum odd_way way);

/* Whatever happens, nothing gets lost between the counts; for a run that has ended. */
void load_scene_balance(const struct test_load *load);
