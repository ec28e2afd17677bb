/* What a controller sees of both versions, and takes to the state machine: for the
 * files of the controller alone. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "control/controller_state.h"

/* Each second: what there is to decide from. What would have to wait for the journal is
 * not decided before it need not. */
void controller_see(struct controller *controller, uint64_t now_ns);

/* The same after the promotion: whether stable is
 * the version by now, or nothing is left to keep. */
void controller_see_end(struct controller *controller, uint64_t now_ns);
