/* What asking the model adds to the numbers. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/model_answer.h"
#include "agent/prices.h"
#include "agent/registry.h"
#include "io/http.h"

struct model_account {
    struct registry *registry;   /* borrowed */
    const struct prices *prices; /* borrowed */
    const char *model;           /* borrowed */
};

/* When a streamed answer came: monotonic, 0 for never. */
struct model_times {
    uint64_t asked_ns, first_ns, last_ns;
};

/* Tokens, why it stopped, and the cost: false when nobody knows the price. */
bool model_account_answer(
    const struct model_account *account, const struct model_answer *answer,
    double *cost_usd);

/* Time to the first piece of content, and from then on per token of the answer. */
void model_account_times(
    const struct model_account *account, const struct model_times *times,
    const struct usage *usage);

/* The rate limit's headroom is an operator's earliest warning. */
void model_account_limits(
    const struct model_account *account, const struct http_reply *reply);
