/* What people order a controller to do. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "control/controller_state.h"
#include "core/rollout_order.h"

enum {
    MOVES_WAITING_MAX = 8
}; /* then the disk is waited for: only the way back is open */

/* `owner` is the controller. */
void controller_on_order(
    void *owner, const struct rollout_order *order, struct rollout_answer *answer);
