/* What a worker tells the queue: what it takes, what it has in hand, what is done. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/job.h"

enum { QUEUE_SLOTS_MAX = 16 }; /* jobs that one worker has in hand */

struct queue_take {
    const char *worker;
    unsigned slots;    /* at most this many jobs */
    uint64_t lease_ms; /* also those of workers that were silent for so long; or 0 */
};

struct queue_beat {
    const char *worker;
    int64_t pid;
    uint64_t every_ms;             /* when to expect the next one */
    const struct job *const *jobs; /* in hand */
    size_t job_count;
};

struct queue_completion {
    const char *worker;
    bool is_last; /* nothing else is in hand */
    const struct job *job;
    const struct chat_result *result;
};
