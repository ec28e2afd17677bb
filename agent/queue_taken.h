/* What a worker got when it asked the queue for jobs. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "agent/job_queue.h"

/* The jobs in a reply of job_queue_take(), and the ids to wait behind. False when it is
 * none; what cannot be read is left out. The caller clears the jobs. One with more than
 * QUEUE_DELIVERIES_MAX deliveries has just been given up. */
struct queue_taken {
    size_t count;
    struct job jobs[QUEUE_SLOTS_MAX];
    char last[QUEUE_STREAMS][JOB_ENTRY_SIZE];
};
bool queue_taken_read(struct queue_taken *taken, const struct redis_reply *reply);
