/* When to ask again: at a steady pace, now and then a little early or late so that
 * those who ask do not march in step, and less often while nothing answers. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/random.h"

struct cadence {
    uint64_t interval_ns; /* the mean, while something answers */
    uint64_t origin_ns;   /* due times lie whole slots after it */
    uint64_t due_ns; /* the next time, or the last one while a question is under way */
    uint32_t failures; /* in a row */
};

/* The first time is at once or within a twentieth of a second. Those with the same
 * origin and interval share slots, so that one waking serves several. */
void cadence_start(
    struct cadence *cadence, uint64_t interval_ns, uint64_t now_ns,
    struct random *random);

/* A question has ended; sets the next time. */
void cadence_on_end(
    struct cadence *cadence, bool answered, uint64_t now_ns, struct random *random);
