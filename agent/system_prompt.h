/* What the model is told about its task and about the user. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"

enum {
    CONTEXT_NAME_SIZE = 96,
    CONTEXT_ORDER_SIZE = 48,
    SYSTEM_PROMPT_MAX = 4096,
};

/* What the caller knows of the user; empty strings for what it does not. */
struct user_context {
    char name[CONTEXT_NAME_SIZE];
    char order_id[CONTEXT_ORDER_SIZE];
};

/* NULL is the same as a context that knows nothing. */
void system_prompt_write(const struct user_context *context, struct buffer *prompt);
