/* Observations of a rollout, made up. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/observation.h"
#include "core/random.h"

/* A request that went where it was assigned, and of which nothing else is known. */
struct observation observed(
    enum arm arm, uint32_t weight_bp, uint64_t user, uint32_t failed);

/* Any, of 300 users. */
struct observation observed_any(struct random *random, uint32_t weight_bp);
