/* What is seen of a rollout, each second: its traffic and what it proves, its
 * instances, and its router. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/rollout_status.h"

struct rollout_sight {
    bool fresh;        /* the data are complete, without contradiction, and not old */
    bool harmed;       /* evidence of harm, and of enough of it: roll back */
    bool safe;         /* little enough harm is possible at the next weight */
    bool split_broken; /* the traffic is not divided as asked for */
    bool stable_unwell;
    bool canary_ready;
    bool canary_gone; /* unready or crashing for so long that no statistics matter */
    char words[ROLLOUT_WORDS_SIZE]; /* why, of the first of these that matters */
};

/* What the router says. */
struct rollout_reading {
    bool known;
    uint32_t weight_bp;
    char words[ROLLOUT_WORDS_SIZE]; /* why it is not known */
};

/* What became of a weight that was asked for, after it was read back. */
enum rollout_set {
    ROLLOUT_SET_DONE,
    ROLLOUT_SET_CONFLICT, /* somebody else has changed it */
    ROLLOUT_SET_FAILED,   /* not done, or nobody knows */
};
