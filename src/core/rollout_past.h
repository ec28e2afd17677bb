/* The rollouts of a target that have come to an end, the newest first: what became of
 * them. Plain data; what is not known is not there. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/rollout_status.h"

enum { ROLLOUT_PAST_MAX = 4 };

/* Sanitised. */
struct past_rollout {
    char id[ULID_STRING_SIZE];
    char to[STATE_VERSION_SIZE];
    uint8_t phase; /* enum rollout_phase: its last */
    char reason[ROLLOUT_WORDS_SIZE];
    int64_t ended_ms; /* wall clock */
};

struct rollout_past {
    uint32_t count;
    struct past_rollout items[ROLLOUT_PAST_MAX];
};
