/* Jobs that were accepted and are not done: asked for until they end, so that they
 * count by their end and not by their acceptance. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/observation.h"
#include "core/target.h"

struct job_watch;
struct loop;

enum {
    JOB_WATCH_MAX = 4096,       /* that are followed at once */
    JOB_WATCH_DEADLINE_S = 900, /* a job that still runs then has failed */
};

/* What is known now: while it runs, and once when it has ended. */
typedef void (*job_watch_fn)(void *owner, const struct observation *seen);

/* `target` is borrowed. */
struct job_watch *job_watch_new(
    struct loop *loop, const struct target *target, job_watch_fn on_seen, void *owner);
void job_watch_free(struct job_watch *watch); /* NULL is fine */

struct job_watch_job {
    const char *id;
    bool is_stream;          /* its time is known: only its end is asked for */
    struct observation seen; /* what is known so far */
};

/* Its end counts as lost when there are too many. Nothing is called inside. */
void job_watch_add(struct job_watch *watch, const struct job_watch_job *job);

struct job_watch_state {
    uint32_t open;
    uint64_t oldest_ms;
    uint32_t open_of[ARM_COUNT]; /* by the side they were assigned to */
    uint64_t oldest_of_ms[ARM_COUNT];
    uint64_t ended, lost; /* lost: nobody can tell how they ended */
    uint64_t lost_ns;     /* when the last one was lost; 0 for never */
};
struct job_watch_state job_watch_look(const struct job_watch *watch);

/* Jobs assigned to that side that are open for longer, less what it takes to notice
 * their end. */
uint32_t job_watch_overdue(
    const struct job_watch *watch, enum arm arm, uint64_t patience_us);
