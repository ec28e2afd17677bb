/* Whether the traffic shows what the router says: that none of it is on the canary. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "control/controller_do.h"

/* Weight 0 was read back on the way back. False when no log tells sides: then the
 * router's word is all there is. */
bool controller_begin_empty(struct controller *controller);

/* Each second: it is seen, or cannot be in time. */
void controller_wait_for_empty(struct controller *controller, uint64_t now_ns);
