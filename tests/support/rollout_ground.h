/* What a rollout has before it begins: a home, a target in a configuration there, and
 * the plan that is usual in tests. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "support/rollout_scene.h"

/* Programs that are started from here on find their files in that folder. */
void rollout_ground_enter(const struct test_folder *folder);

/* The target of that name of the folder's config.yaml is what is rolled out. */
void rollout_ground_read(
    struct rollout_scene *rollout, const struct test_folder *folder,
    const char *target);

/* From v1.5.0 to v1.6.0 at 5 %, 25 %, 50 % and all, each of a second at least. */
void rollout_ground_plan(struct rollout_plan *plan, const char *target);
/* The same plan as another rollout. */
void rollout_ground_name(struct rollout_plan *plan);
