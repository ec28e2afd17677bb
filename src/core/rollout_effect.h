/* What a rollout wants done in the world: always an absolute value,
 * so that doing it twice is doing it once. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* clang-format off */
/*    id                     name        an intent is on disk before it starts */
#define ROLLOUT_OPS(X) \
    X(ROLLOUT_DO_NOTHING,    "nothing",  false) \
    X(ROLLOUT_DO_CHECK,      "check",    false) /* may it start at all */ \
    X(ROLLOUT_DO_DEPLOY,     "deploy",   true)  /* instances of the version, at weight 0 */ \
    X(ROLLOUT_DO_SMOKE,      "smoke",    false) /* the checks, against the canary itself */ \
    X(ROLLOUT_DO_WEIGHT,     "weight",   true)  /* so much of the traffic to the canary */ \
    X(ROLLOUT_DO_BACK,       "back",     true)  /* nothing of it, whatever it was */ \
    X(ROLLOUT_DO_RESTORE,    "restore",  true)  /* stable is the version before again */ \
    X(ROLLOUT_DO_FINALIZE,   "finalize", true)  /* stable becomes the version */ \
    X(ROLLOUT_DO_RELEASE,    "release",  true)  /* stable has become it: traffic to it */ \
    X(ROLLOUT_DO_LEAVE,      "leave",    false) /* nothing is left to do */
/* clang-format on */

enum rollout_op {
#define X(id, name, journaled) id,
    ROLLOUT_OPS(X)
#undef X
        ROLLOUT_OP_COUNT
};

struct rollout_effect {
    enum rollout_op op;
    uint32_t weight_bp; /* of the canary, after it */
    uint32_t before_bp; /* what the router has to say now; else it is a conflict */
};

const char *rollout_op_name(enum rollout_op op);
bool rollout_op_from_name(const char *name, enum rollout_op *op);
bool rollout_op_is_journaled(enum rollout_op op);
