/* A probe's own timer: it asks at its cadence, one question at a time. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/cadence.h"
#include "probes/probe.h"

struct loop_timer;

typedef void (*poll_due_fn)(void *owner);

struct poll {
    struct probe_context *context; /* borrowed */
    struct cadence cadence;
    uint64_t asked_ns;        /* when the last poll began */
    uint64_t fresh_ns;        /* when one last took a new connection; 0 for never */
    uint32_t since_fresh;     /* polls */
    struct loop_timer *timer; /* NULL while a poll is under way */
    poll_due_fn on_due;
    void *owner;
};

/* The first poll is due almost at once. */
void poll_start(
    struct poll *poll, struct probe_context *context, uint64_t interval_ns,
    poll_due_fn on_due, void *owner);

/* The poll has ended; the next one comes an interval after it began. */
void poll_done(struct poll *poll, bool answered);
void poll_stop(struct poll *poll);

/* Whether the poll that begins takes a new connection,
 * which may reach another process: one in `every` does,
 * but none within three seconds of the last. In one look all do. */
bool poll_is_fresh(struct poll *poll, uint32_t every);

/* The interval of what changes seldom or costs much, such as lists and other processes:
 * at least a second. */
uint64_t poll_slow_ns(uint64_t interval_ns);

/* How long an answer may take: about an interval, so that what is dead is known before
 * the second poll after its death. */
uint64_t poll_timeout_ns(const struct poll *poll);
