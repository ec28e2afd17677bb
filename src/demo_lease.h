/* Keeps a tenth of the demo's users on the canary, until a rollout controller takes
 * over. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "demo_plan.h"

struct demo_lease;
struct loop;

enum { DEMO_WEIGHT_BASIS_POINTS = 1000, DEMO_SALT = 1, DEMO_LEASE_REFRESH_S = 2 };

/* Sets the weight now and refreshes it before it expires. Once a controller holds the
 * target's lock it never touches the weight again. */
struct demo_lease *demo_lease_new(struct loop *loop, const struct demo_plan *plan);
void demo_lease_free(struct demo_lease *lease);

/* Whether a rollout's controller holds the demo of that name; ends it, for nothing of a
 * demo outlives it. */
bool demo_lease_is_controlled(const char *demo);
void demo_lease_end_controller(const char *demo);
