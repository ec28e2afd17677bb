/* Whether the traffic really is divided as it was asked for (sample
 * ratio mismatch): what pins connections, caches or selects wrongly makes
 * every other number worthless. Counts each unit of assignment once;
 * one e-value for each step, and their product over the steps. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/record.h"

/* The evidence at which the division is called broken. */
#define SPLIT_CHECK_LIMIT 1000.0

struct split_check {
    double log_before;  /* ln of the product of the steps before */
    uint32_t weight_bp; /* of the canary in this step */
    uint64_t units, canary;
};

/* A new weight; the first one, too. What the steps before said remains. */
void split_check_start_step(struct split_check *check, uint32_t weight_bp);

void split_check_add(struct split_check *check, bool on_canary);

/* ln of the evidence against the division that was asked for. */
double split_check_log_value(const struct split_check *check);
bool split_check_is_broken(const struct split_check *check);

/* The canary's share of the units of this step; NaN without any. */
double split_check_seen(const struct split_check *check);

extern const struct record split_check_record;
