/* Users of a service that has two versions which are alike: some ask often, and a few
 * have prompts that mostly fail whoever answers. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/observation.h"
#include "core/random.h"

enum { MIXED_USERS_MAX = 5000 };

struct mixed_users {
    struct random random;
    uint32_t count;
    uint32_t weight_bp;
    double failing;     /* share of the users whose prompts fail every second time */
    double stable_rate; /* how often all others fail */
    double canary_rate;
    double activity[MIXED_USERS_MAX]; /* summed up */
    bool on_canary[MIXED_USERS_MAX];
};

/* Draws the activity of all of them, and their arms. */
void mixed_users_draw(struct mixed_users *users);

/* The next request. */
struct observation mixed_users_ask(struct mixed_users *users);
