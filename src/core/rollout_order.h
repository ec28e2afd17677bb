/* What a person asks of a rollout's controller, and what it answers. Orders go down its
 * socket as frames; answers and the status come up as event envelopes. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/record.h"
#include "core/rollout_status.h"

/* clang-format off */
/*    id                     name        who may give it, and when */
#define ROLLOUT_ORDERS(X) \
    X(ROLLOUT_ORDER_HOLD,    "hold"),     /* anybody, always */ \
    X(ROLLOUT_ORDER_RESUME,  "resume"),   /* whose it is */ \
    X(ROLLOUT_ORDER_PROMOTE, "promote"),  /* whose it is; `force` against the evidence */ \
    X(ROLLOUT_ORDER_ABORT,   "abort"),    /* anybody, always */ \
    X(ROLLOUT_ORDER_UNDO,    "undo"),     /* anybody, while the version before is kept */ \
    X(ROLLOUT_ORDER_TAKEOVER,"takeover")  /* anybody who typed the target's name */
/* clang-format on */

enum rollout_order_kind {
#define X(id, name) id
    ROLLOUT_ORDERS(X),
#undef X
    ROLLOUT_ORDER_COUNT
};

/* The kind of the one frame that goes down: core/frame.h. */
enum { ROLLOUT_ORDER_FRAME = 0x4f52 };

struct rollout_order {
    uint32_t kind;   /* enum rollout_order_kind */
    uint64_t number; /* of the sender; the answer repeats it */
    /* The status that was seen: an order that meant an earlier one does nothing, so
     * that two presses act once. 0: whatever it is; for going back only. */
    uint64_t expected_version;
    bool force;
    char who[STATE_NAME_SIZE], host[STATE_NAME_SIZE];
    char reason[ROLLOUT_WORDS_SIZE];
};

enum { ROLLOUT_ANSWER_SIZE = ERROR_MESSAGE_SIZE };

struct rollout_answer {
    uint64_t number;
    bool accepted;
    char words[ROLLOUT_ANSWER_SIZE]; /* what was done, or why not */
};

extern const struct record rollout_order_record;

const char *rollout_order_name(enum rollout_order_kind kind);
bool rollout_order_from_name(const char *name, enum rollout_order_kind *kind);
