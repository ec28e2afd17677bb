/* The controller that a takeover replaces. One that hangs may hold what is needed: a
 * lock on the history, the router's log. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <sys/types.h>

/* Kills it, and waits for a moment until it is gone; what it was about to do is
 * recovered as after any crash. Leaves alone whatever is no controller: a number may be
 * another process's by now, or that of another container. */
void predecessor_end(pid_t pid);
