/* How the counters of both sides look: how old,
 * whether they can be trusted, and what is amiss, in words. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/block_maker.h"
#include "core/rollout_status.h"

struct block_look {
    uint64_t age_ms;               /* of the newest whole block; UINT64_MAX: none yet */
    uint64_t ages_ms[ARM_COUNT];   /* of the oldest reading of a side that is needed */
    struct trials told[ARM_COUNT]; /* by those that are there, in a block or not */
    double per_s[ARM_COUNT];       /* requests; NaN before one was asked twice */
    bool contradicts;              /* within the last 15 s */
    bool crashing;                 /* a process of the canary ends again and again */
    char words[ROLLOUT_WORDS_SIZE];   /* what contradicts, or is missing; "" */
    char crashes[ROLLOUT_WORDS_SIZE]; /* who is crashing; "" */
};

struct block_look block_look_at(const struct block_maker *maker, uint64_t now_ns);
