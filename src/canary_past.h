/* What the history has of a target's last rollout,
 * when no controller is there to ask. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/exit_code.h"
#include "core/rollout_status.h"

/* False when there is nothing to tell. What a controller
 * alone knows, the traffic and the evidence, is left out;
 * `since_ms` is when it was written down, and `at_ns` is 0. */
bool canary_past_read(const char *target, struct rollout_status *status);

/* Its outcome; that of one that has not ended is for a person: nobody conducts it. */
enum exit_code canary_past_code(const struct rollout_status *status);
