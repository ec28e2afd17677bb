/* One call of a tool: it has its time, and what it says has its limit. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "agent/tools.h"
#include "base/scan.h"
#include "base/text.h"
#include "core/node.h"

enum {
    TOOL_OUTPUT_SIZE = 8192, /* what the model gets to read of one call, with a NUL */
    TOOL_TIMEOUT_S = 10,
};

struct agent;
struct tool_call;

struct tool_question {
    const char *name;
    const struct node *input; /* borrowed until the end of the call */
    uint64_t deadline_ns;     /* monotonic; ends by then, or when its time is over */
};

/* `output` is what the model is told,
 * whatever the status; borrowed for the callback. */
typedef void (*tool_done_fn)(void *owner, enum tool_status status, struct slice output);

/* `on_done` runs exactly once unless the call is freed first, never inside this
 * function. The call is counted, and its time is measured. */
struct tool_call *tool_call_start(
    struct agent *agent, const struct tool_question *question, tool_done_fn on_done,
    void *owner);
/* Cancels; not needed after the callback. */
void tool_call_free(struct tool_call *call);

/* For tools: who they work for, by when, and where their words go. */
struct agent *tool_call_agent(const struct tool_call *call);
uint64_t tool_call_deadline_ns(const struct tool_call *call);
struct text *tool_call_output(struct tool_call *call);

/* What the tool does in the meantime: freed when nobody waits for it any more, and
 * forgotten at the end. */
void tool_call_set_work(struct tool_call *call, void *work, void (*free_work)(void *));

/* The tool has said what it has to say. */
void tool_call_end(struct tool_call *call, enum tool_status status);
