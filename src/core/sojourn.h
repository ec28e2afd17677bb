/* Whether a queue stands: nobody who left it for a whole interval had
 * waited only shortly. A burst is worked off and the shortest wait falls;
 * a queue that stands never gets shorter and makes everybody
 * late for nothing (CoDel, RFC 8289, with times for models). */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct sojourn {
    uint64_t target_ns;   /* a wait that is no trouble */
    uint64_t interval_ns; /* for so long every wait must be longer */
    uint64_t above_ns;    /* since when they are; 0 when the last one was not */
};

/* Target 1 s, interval 10 s. */
struct sojourn sojourn_default(void);

/* Something left the queue after `wait_ns`; whether the queue stands. */
bool sojourn_on_leave(struct sojourn *sojourn, uint64_t wait_ns, uint64_t now_ns);

/* The queue was found empty. */
void sojourn_on_empty(struct sojourn *sojourn);
