/* Whether a rollout can be started now, of which version, and what its steps will take.
 * Always about the present, also while the view is frozen. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/forecast.h"
#include "ui/rollout_draft.h"
#include "ui/scene.h"

/* What the steps will take when the traffic goes on as in the last minute. */
struct rollout_outlook {
    struct forecast_basis basis;
    uint32_t count; /* of the steps with something to decide; 0: nothing is known */
    struct forecast steps[ROLLOUT_STEPS_MAX];
};

/* Whether one can be started at all; else why not goes to `why`, in words. */
bool rollout_start_is_open(const struct scene *scene, struct text *why);

/* Whether it can be of that version; else why not. */
bool rollout_start_takes(
    const struct scene *scene, const char *version, struct text *why);

/* What the canary instances say of themselves; "" while nobody knows. */
const char *rollout_start_version(const struct scene *scene);

struct rollout_outlook rollout_start_outlook(const struct scene *scene);
