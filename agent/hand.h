/* One job that a worker works on: from the queue to the record of its end. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/chat.h"
#include "agent/job.h"

struct agent;
struct hand;
struct job_queue;
struct worker_counts;

/* The job is over, or no longer ours. The hand is gone when this runs. */
typedef void (*hand_done_fn)(void *owner, struct hand *hand);

struct hand_options {
    struct agent *agent; /* borrowed, like all here */
    struct job_queue *queue;
    const char *worker;
    struct worker_counts *counts;
    /* A job with less time than this is not begun: while more wait than can be
     * answered, it would come too late and make others late. */
    uint64_t need_ns;
    const size_t *hand_count; /* how many are at work, this one included */
};

/* Takes the job. */
struct hand *hand_new(
    const struct hand_options *options, struct job *job, hand_done_fn on_done,
    void *owner);
/* Drops the work; no callback. */
void hand_free(struct hand *hand);

const struct job *hand_job(const struct hand *hand);
uint64_t hand_age_ns(const struct hand *hand);
