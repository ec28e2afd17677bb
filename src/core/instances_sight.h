/* What is known of the instances of one track. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/rollout_status.h"

struct instances_sight {
    unsigned count;                 /* that there are */
    unsigned awaited;               /* nobody knows yet how they are */
    unsigned ready;                 /* they answer that they can serve */
    unsigned renewed;               /* ready, and of the version that was asked about */
    uint64_t answered_ns;           /* the oldest answer of those that are ready */
    bool gone;                      /* none was ready for some seconds */
    bool steady;                    /* one has been ready for some seconds */
    bool crashing;                  /* one came and went again and again */
    char words[ROLLOUT_WORDS_SIZE]; /* the first one that is not as it should be */
};
