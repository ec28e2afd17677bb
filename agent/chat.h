/* One conversation with the model, from the question to the answer.
 *
 *   loading ── history, or none ──► asking ── answer ──► done
 *      │                             ▲  │
 *      └─ a cached answer ─► done    └──┘ tools, at most CHAT_ROUNDS_MAX times
 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/cache_use.h"
#include "agent/outcome.h"
#include "agent/system_prompt.h"
#include "agent/usage.h"
#include "base/scan.h"

enum {
    CHAT_ROUNDS_MAX = 10,
    CHAT_TOKENS_MAX = 1024,     /* of one answer */
    CHAT_CALLS_MAX = 64 * 1024, /* bytes of the record of tool calls */
};

struct agent;
struct chat;

struct chat_question {
    const char *user_id;
    struct slice message;
    const struct user_context *context;
    uint64_t deadline_ns; /* monotonic */
    enum cache_wish cache;
    /* The model's words as they come, those before a tool call
     * included; NULL: not asked for. Borrowed for the call,
     * which may free the chat; never after `on_done`. */
    void (*on_text)(void *owner, struct slice text);
    /* The record of tool calls that were just answered:
     * JSON objects with commas between them. NULL: not asked for.
     * Borrowed for the call, which must not free the chat. */
    void (*on_calls)(void *owner, struct slice calls);
};

/* Borrowed for the callback. */
struct chat_result {
    enum outcome outcome;
    const char *message;   /* what failed; "" when nothing did */
    struct slice response; /* the model's last words */
    struct slice turn;     /* to keep in the history; empty when it must not be */
    struct slice calls;    /* a JSON list of the tool calls */
    uint32_t tools_failed; /* of them */
    struct usage usage;
    bool cost_known; /* never of a model without a price, whatever happened */
    double cost_usd;
    uint64_t retry_after_ns;
    enum cache_use cache; /* a hit has used nothing */
};

typedef void (*chat_done_fn)(void *owner, const struct chat_result *result);

/* Copies the question. `on_done` runs exactly once unless the chat is freed first,
 * never inside this function. */
struct chat *chat_start(
    struct agent *agent, const struct chat_question *question, chat_done_fn on_done,
    void *owner);
/* Cancels; not needed after the callback. */
void chat_free(struct chat *chat);
