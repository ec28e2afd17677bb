/* The jobs of one version in Redis: a stream per priority, a consumer group, leases,
 * dead letters, and the record of what has ended. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/job.h"
#include "agent/queue_call.h"
#include "io/redis.h"

enum {
    QUEUE_STREAMS = 3,
    QUEUE_KEY_SIZE = 64,
    QUEUE_DEPTH_MAX = 10000, /* unfinished jobs of one version, by default */
    QUEUE_DELIVERIES_MAX = 3,
};

extern const enum chat_priority queue_priorities[QUEUE_STREAMS]; /* high to low */

struct job_queue {
    struct redis *redis; /* borrowed */
    uint32_t depth_max;  /* more unfinished jobs than this are not taken in */
    char version[JOB_VERSION_SIZE];
    char streams[QUEUE_STREAMS][QUEUE_KEY_SIZE]; /* q:<version>:<priority> */
    char dead[QUEUE_KEY_SIZE];
    char stats[QUEUE_KEY_SIZE];
};

void job_queue_init(struct job_queue *queue, struct redis *redis, const char *version);

/* Every call below sends one command; `done` hears the reply that job_scripts.h or
 * promise_scripts.h promises. A returned ticket is for redis_cancel(). */

/* Creates the groups that do not exist yet; no reply is told. */
void job_queue_make_groups(struct job_queue *queue, const char *worker);

/* Puts the job into its queue. */
uint64_t job_queue_submit(
    struct job_queue *queue, const struct job *job, uint64_t deadline_ms,
    redis_done_fn done, void *owner);

/* Takes the idempotency key of a chat that is answered at once, for `kept_ms`, and
 * gives it back when there is no answer. */
uint64_t job_queue_claim(
    struct job_queue *queue, const struct job *job, uint64_t kept_ms,
    redis_done_fn done, void *owner);
void job_queue_release(struct job_queue *queue, const struct job *job);

/* Keeps a chat that was answered at once. */
uint64_t job_queue_record(
    struct job_queue *queue, const struct job *job, const struct chat_result *result,
    redis_done_fn done, void *owner);

/* All fields of a job, for job_field(). */
uint64_t job_queue_read(
    struct job_queue *queue, const char *id, redis_done_fn done, void *owner);
uint64_t job_queue_take(
    struct job_queue *queue, const struct queue_take *take, redis_done_fn done,
    void *owner);

/* Waits on `redis`, a connection of its own, until something is newer than `last`. */
uint64_t job_queue_wait(
    struct job_queue *queue, struct redis *redis,
    char last[QUEUE_STREAMS][JOB_ENTRY_SIZE], redis_done_fn done, void *owner);

uint64_t job_queue_beat(
    struct job_queue *queue, const struct queue_beat *beat, redis_done_fn done,
    void *owner);

/* The worker takes nothing more and ends: it must not be missed. */
uint64_t job_queue_leave(
    struct job_queue *queue, const char *worker, redis_done_fn done, void *owner);

uint64_t job_queue_complete(
    struct job_queue *queue, const struct queue_completion *completion,
    redis_done_fn done, void *owner);
uint64_t job_queue_snapshot(struct job_queue *queue, redis_done_fn done, void *owner);
