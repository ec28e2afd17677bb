/* All clients of one generator: who comes, who begins when,
 * and what they do when a turn has ended. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct client;
struct crowd;
struct load_run;

struct crowd *crowd_new(struct load_run *run);
void crowd_free(struct crowd *crowd);

/* Closes every connection; what is under way
 * counts as abandoned, what waits as dropped. */
void crowd_stop(struct crowd *crowd);

/* Whether no turn is under way, and none waits for a connection. */
bool crowd_is_idle(const struct crowd *crowd);

/* Does what is due. Returns when to come again, UINT64_MAX for never. Both are
 * loop_clock_ns(). */
uint64_t crowd_advance(struct crowd *crowd, uint64_t now_ns);

/* Lets those go whose time for an answer is over. */
void crowd_time_out(struct crowd *crowd, uint64_t now_ns);

/* Another level of the whole plan from now on. */
void crowd_set_level(struct crowd *crowd, double level, uint64_t now_ns);

/* Into the gauges of the run's report. */
void crowd_measure(const struct crowd *crowd, uint64_t now_ns);

/* For clients: a turn has ended; a client waits until it asks for its job again. */
void crowd_on_turn_end(struct crowd *crowd, struct client *client, uint64_t now_ns);
void crowd_on_pause(struct crowd *crowd, struct client *client, uint64_t due_ns);
