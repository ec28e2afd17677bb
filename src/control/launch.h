/* How a controller comes to be: what it is told on its stdin, the one answer it gives
 * on its stdout, and its leave from whoever started it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "core/rollout_launch.h"

/* One frame, waited for no longer than ten seconds. */
bool launch_read(int descriptor, struct rollout_launch *launch, struct error *err);

/* Leaves the session and the terminal of who started it, unless it has one of its own
 * already. Returns in a child then, while the parent waits for its answer and ends. */
bool launch_detach(struct error *err);

/* Says it, as an event, and closes the standard streams: nobody listens any more. */
void launch_answer(bool accepted, const char *words);
