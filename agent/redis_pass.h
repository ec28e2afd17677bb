/* One question to Redis that a chat can do without: not asked while Redis is away, or
 * so slow that its circuit is open. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/breaker.h"

struct agent;
struct redis_result;

/* All zero: none is out. */
struct redis_pass {
    bool is_out;
    struct breaker_call call;
};

/* Whether it may be asked now; then the pass must end. */
bool redis_pass_begin(struct redis_pass *pass, struct agent *agent);

/* With what came of it; NULL: it was cancelled. Nothing happens unless it was out. */
void redis_pass_end(
    struct redis_pass *pass, struct agent *agent, const struct redis_result *result);
