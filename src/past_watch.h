/* Keeps what became of the last rollouts of a target at hand: read from the history now
 * and then, off the loop and never before the first frame. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/rollout_past.h"

struct loop;
struct past_watch;

struct past_watch *past_watch_new(struct loop *loop, const char *target);
void past_watch_free(struct past_watch *watch); /* NULL is fine */

/* As it was read last; borrowed for as long as the watch is there. */
const struct rollout_past *past_watch_seen(const struct past_watch *watch);
