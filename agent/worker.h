/* Takes jobs of its version from the queue and works on them, several at once.
 *
 *   taking ── something ──► taking, while hands are free
 *   taking ── nothing ──► waiting ── news, or a second ──► taking
 *   a hand:  working ── answer ──► completing ── Redis has it ──► free
 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct agent;
struct worker;

struct worker_options {
    const char *name; /* one that dies leaves a consumer of this name behind in Redis */
    const char *redis_url;
    unsigned slots;    /* jobs at once; 0 for 4 */
    uint64_t lease_ns; /* a job whose worker is silent for so long is taken over */
};

struct worker *worker_new(
    struct agent *agent, const struct worker_options *options, struct error *err);
/* Drops what is in hand: another worker takes it over when the lease has ended. */
void worker_free(struct worker *worker);

/* Takes nothing more; `on_drained` runs once nothing is in hand, or after `limit_ns`,
 * and Redis has been told of the end. */
typedef void (*worker_drained_fn)(void *owner);
void worker_drain(
    struct worker *worker, uint64_t limit_ns, worker_drained_fn on_drained,
    void *owner);
