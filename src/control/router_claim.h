/* One router is of one rollout, whatever names its target has: who renames a target, or
 * configures two on one router, is told whose it is. On one machine, of one user. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/rollout_launch.h"
#include "history/lock.h"
#include "history/rollouts.h"

/* For who holds the target's own lock. ERROR_CONFLICT while the router is another
 * target's: a controller has it, or has died and left its rollout open. `claim` is to
 * be freed with lock_free(). */
bool router_claim_take(
    const struct rollout_launch *launch, struct rollouts *rollouts, struct lock **claim,
    struct error *err);

/* The target's rollout is that person's from now on. */
void router_claim_hand_over(struct lock *claim, const struct rollout_plan *plan);
