/* What a worker has counted, kept in Redis, so that its death takes nothing back.
 *
 * A worker sends how far its counters are, never by how much they grew:
 * a message that is lost, or arrives twice, changes nothing.
 * Redis adds what is new to counts:<version>. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

struct agent;
struct job_queue;
struct redis_reply;
struct redis_result;
struct registry;

enum { WORKER_RUN_SIZE = 33 };

struct worker_counts {
    struct agent *agent;           /* borrowed, like all here */
    const struct job_queue *queue; /* of the worker's version */
    const char *worker;
    char run[WORKER_RUN_SIZE]; /* tells this process from those before it */
    bool all;                  /* Redis may not know what was sent before */
};

void worker_counts_init(
    struct worker_counts *counts, struct agent *agent, const struct job_queue *queue,
    const char *worker);
/* No callback runs after this. */
void worker_counts_clear(struct worker_counts *counts);

/* Sends what has changed. Without a connection it waits for one, like every command, so
 * that it is there before whatever is sent after it. */
void worker_counts_send(struct worker_counts *counts);

/* Asks for what all workers of a version have counted, dead ones included; the reply is
 * for worker_counts_read(). Returns a ticket of redis_cancel(). */
uint64_t worker_counts_ask(
    const struct job_queue *queue,
    void (*done)(void *owner, const struct redis_result *result), void *owner);

/* Sets the counters of `totals`, which holds nothing else, from that reply, NULL for
 * none: what is not known is not shown. */
void worker_counts_read(struct registry *totals, const struct redis_reply *reply);
