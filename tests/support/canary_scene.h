/* A step of 5 % that has lasted long enough, before one of 25 %: nothing is seen yet
 * but what is slow for stable. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/decision.h"

struct canary_scene {
    struct evidence evidence;
    struct decision_moment moment;
    uint64_t next_user;
    uint64_t latency_us; /* of all that come */
};

struct canary_scene *canary_scene_new(void);

/* So many requests, each of a user of its own; the failures first. */
void canary_scene_add(
    struct canary_scene *scene, enum arm arm, unsigned count, unsigned failures);

struct decision canary_scene_decide(const struct canary_scene *scene);

/* Fails the test when the decision or its words are others. */
void canary_scene_expect(
    const struct canary_scene *scene, enum decision_kind kind, const char *why);
