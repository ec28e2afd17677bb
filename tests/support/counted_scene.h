/* A rollout whose router has no log: a real controller, real agents that count, and
 * real users who ask both of them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "support/rollout_scene.h"
#include "support/test_folder.h"
#include "support/test_prometheus.h"
#include "support/test_stack.h"
#include "support/users.h"

enum { COUNTED_STABLE, COUNTED_CANARY, COUNTED_SIDES };

struct counted_scene {
    struct rollout_scene rollout; /* without its demo */
    struct test_stack stack;
    struct test_folder folder;
    struct users *users[COUNTED_SIDES];
    struct test_prometheus prometheus; /* when it is by Prometheus */
    bool by_prometheus;
};

void counted_scene_init(struct counted_scene *scene);
/* The controller is told by a Prometheus server what the agents count. */
void counted_scene_init_by_prometheus(struct counted_scene *scene);
void counted_scene_clear(struct counted_scene *scene);

/* Until it stands there. */
void counted_scene_wait(
    struct counted_scene *scene, enum rollout_phase phase, enum rollout_hold hold);

/* Until so many requests of either side have been compared. */
void counted_scene_watch(struct counted_scene *scene, uint64_t stable, uint64_t canary);

/* An agent that was killed, at its old address. */
void counted_scene_serve_again(
    struct counted_scene *scene, unsigned side, const char *release);
