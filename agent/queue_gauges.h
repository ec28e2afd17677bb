/* How the queue of this version stands, as gauges and counters. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct outlook_sample;
struct redis_reply;
struct registry;

/* From the reply of job_queue_snapshot(); false when it is none. */
bool queue_gauges_set(struct registry *registry, const struct redis_reply *reply);

/* What of it says how long a job will wait; false when it is none. */
bool queue_gauges_read(struct outlook_sample *sample, const struct redis_reply *reply);

/* Unfinished jobs, as admission counts them; 0 when it is none. */
uint64_t queue_gauges_length(const struct redis_reply *reply);

/* Nobody knows: nothing is shown, rather than zeros or the past. */
void queue_gauges_unset(struct registry *registry);
