/* An order to the controller of a rollout as an
 * operator wants it, and what is needed to give one. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/rollout_order.h"
#include "core/rollout_past.h"
#include "ui/prompt.h"
#include "ui/rollout_draft.h"

struct rollout_wish {
    enum rollout_order_kind kind; /* ROLLOUT_ORDER_COUNT: none */
    bool force;                   /* against the evidence */
    uint64_t version;             /* what was seen; 0: whatever it is, to go back */
    char reason[PROMPT_SIZE];     /* as it was typed */
};

/* Lent to the screens. Everything is borrowed and sanitised. */
struct rollout_means {
    const char *who, *host;            /* as whom orders are given */
    const char *to;                    /* the socket of the controller */
    const struct rollout_draft *draft; /* of what may be started; NULL: nothing */
    const struct rollout_past *past; /* what became of those before; NULL: not known */
};
