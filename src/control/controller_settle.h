/* What waits for the disk, and what does not: for the files of the controller alone. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "control/controller_state.h"

/* Whether it is done before it is on disk, when that takes its time. */
bool controller_is_way_back(const struct rollout_effect *effect);

/* Whether somebody else holds the journal:
 * nothing is begun that has to be in it first. */
bool controller_is_held(const struct controller *controller);

/* It is to be held: a raise that waits for the disk is not made any more. */
void controller_recall(struct controller *controller);

/* Each second: what was done and no disk took is written down again. */
void controller_settle_again(struct controller *controller);

/* Each second: what has waited for too long is not done any more. */
void controller_lose_patience(struct controller *controller, uint64_t now_ns);
