/* The loop of io/loop.h in made-up time: nothing waits, and what happens next is always
 * the earliest thing of all loops. Linked in place of the real one. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "io/loop.h"

/* A new history of the world: the time starts anew, and so does chance. */
void virtual_loop_begin(uint64_t seed);

/* What happens next, in whichever loop; false when
 * nothing is left before `until_ns`, which it is then. */
bool virtual_loop_turn(uint64_t until_ns);

/* A process that is stopped and goes on later: what was due meanwhile comes then. */
void virtual_loop_freeze(struct loop *loop, bool frozen);

/* It was killed: what its thread had in hand is done or not, and nothing else ever is.
 * What it consists of is only to be freed. */
void virtual_loop_kill(struct loop *loop);
bool virtual_loop_is_over(const struct loop *loop); /* loop_stop() */

/* For how long its thread has had something to do without a pause. */
uint64_t virtual_loop_busy_ns(const struct loop *loop);

/* Runs after each work that was done on a thread. */
typedef void (*virtual_loop_work_fn)(void *owner, struct loop *loop);
void virtual_loop_watch_works(virtual_loop_work_fn on_work, void *owner);
