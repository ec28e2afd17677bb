/* All tool calls of one answer: side by side,
 * each within its time, answered together. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "agent/messages.h"
#include "base/buffer.h"

enum {
    TOOL_ROUND_AT_ONCE = 4,
    TOOL_ROUND_RESULTS_MAX = 1024 * 1024, /* bytes of one message of results */
};

struct agent;
struct tool_round;

struct tool_round_question {
    const struct model_answer *answer; /* what is needed of it is copied */
    uint64_t deadline_ns;              /* monotonic: the chat's */
    struct buffer *record;             /* borrowed; see below */
    uint32_t *failed;                  /* borrowed; counts up the calls that fail */
};

/* `results` is the content of the one message that answers every call, in their order:
 * a JSON list; borrowed for the callback. */
typedef void (*tool_round_fn)(void *owner, struct slice results);

/* `on_done` runs exactly once unless the round is freed first, never inside this
 * function. By then the record has an object for each call, with commas between them;
 * what does not fit is left out. */
struct tool_round *tool_round_start(
    struct agent *agent, const struct tool_round_question *question,
    tool_round_fn on_done, void *owner);
/* Cancels; not needed after the callback. */
void tool_round_free(struct tool_round *round);
