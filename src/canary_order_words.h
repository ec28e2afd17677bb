/* What an order means to who gives it, and what came of it, in words. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "canary_desk.h"

enum { ORDER_WORDS_BYTES_MAX = 8 * 1024 };

struct order_meaning {
    const char *what; /* "this would ..." */
    const char *back; /* how to go back from it */
    bool forward;     /* needs the name of a production target */
    bool follows;     /* is only done when all traffic is on stable */
};

const struct order_meaning *order_meaning_of(enum rollout_order_kind kind);

/* All borrowed. */
struct canary_order_told {
    const struct canary_desk *desk;
    enum rollout_order_kind kind;
    const struct rollout_status *status; /* the newest */
    const struct rollout_answer *answer;
    bool sent; /* or it was only said what would be */
    enum exit_code code;
};

/* As text or JSON, as it was asked for. */
void canary_order_write(const struct canary_order_told *told, struct buffer *to);
