/* Transitions that are on their way to the disk, in order, and what each is made for. */
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
    bool again;       /* it is done already, and only written down */
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

/* The oldest one. */
static inline struct move moves_take(struct moves *moves) {
    ensure(moves->count > 0);
    const struct move move = moves->ring[moves->first];
    moves->first = (moves->first + 1) % MOVES_MAX;
    moves->count--;
    return move;
}
