/* Transitions that are on their way to the disk,
 * in order, and what each is made for. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/panic.h"
#include "core/rollout_effect.h"

enum { MOVES_MAX = 64 };

struct move {
    struct rollout_effect effect;
    uint64_t version; /* of the rollout, after it */
    uint64_t since_ns;
    bool again; /* it is done already, or never will be: it is only written down */
};

/* All zero is an empty one. */
struct moves {
    unsigned first, count;
    struct move ring[MOVES_MAX];
};

/* Who adds makes sure that there is room. */
static inline void moves_add(struct moves *moves, const struct move *move) {
    ensure(moves->count < MOVES_MAX);
    moves->ring[(moves->first + moves->count++) % MOVES_MAX] = *move;
}

/* Counted from the oldest one, which is 0. */
static inline struct move *moves_at(struct moves *moves, unsigned i) {
    ensure(i < moves->count);
    return &moves->ring[(moves->first + i) % MOVES_MAX];
}

/* For how long the oldest one has been on its way; 0 for none. */
static inline uint64_t moves_age_ns(const struct moves *moves, uint64_t now_ns) {
    return moves->count > 0 ? now_ns - moves->ring[moves->first].since_ns : 0;
}

/* The oldest one. */
static inline struct move moves_take(struct moves *moves) {
    ensure(moves->count > 0);
    const struct move move = moves->ring[moves->first];
    moves->first = (moves->first + 1) % MOVES_MAX;
    moves->count--;
    return move;
}
