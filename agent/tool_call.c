/* SPDX-License-Identifier: MIT */
#include "agent/tool_call.h"

#include <stdlib.h>

#include "agent/agent.h"
#include "agent/registry.h"
#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"
#include "io/loop.h"

static const uint64_t timeout_ns = TOOL_TIMEOUT_S * NS_PER_S;

struct tool_call {
    struct agent *agent;      /* borrowed */
    struct loop_timer *limit; /* until it takes too long */
    struct loop_timer *end;   /* once it has ended */
    const char *label;
    uint64_t started_ns, deadline_ns;
    enum tool_status status;
    char output[TOOL_OUTPUT_SIZE];
    struct text text; /* in the output */
    void *work;       /* of the tool, while it works */
    void (*free_work)(void *);
    tool_done_fn on_done;
    void *owner;
};

static void on_late(void *owner, uint64_t now_ns);
static void on_end(void *owner, uint64_t now_ns);

struct tool_call *tool_call_start(
    struct agent *agent, const struct tool_question *question, tool_done_fn on_done,
    void *owner) {
    struct tool_call *call = memory_new(sizeof *call);
    uint64_t now_ns = loop_now_ns(agent->loop);
    call->agent = agent;
    call->label = tools_label(question->name);
    call->started_ns = loop_clock_ns();
    call->deadline_ns = now_ns + timeout_ns;
    if (question->deadline_ns < call->deadline_ns) {
        call->deadline_ns = question->deadline_ns;
    }
    call->text = TEXT_IN(call->output);
    call->on_done = on_done;
    call->owner = owner;
    uint64_t left_ns = call->deadline_ns > now_ns ? call->deadline_ns - now_ns : 0;
    call->limit = loop_after(agent->loop, left_ns, on_late, call);
    tool_start_fn start = tools_find(question->name);
    if (start) {
        start(call, question->input);
    } else {
        text_add(&call->text, "error: there is no tool of that name");
        tool_call_end(call, TOOL_UNKNOWN);
    }
    return call;
}

static void drop_work(struct tool_call *call) {
    if (call->work) call->free_work(call->work);
    call->work = NULL;
}

void tool_call_free(struct tool_call *call) {
    if (!call) return;
    drop_work(call);
    loop_timer_free(call->limit);
    loop_timer_free(call->end);
    free(call);
}

struct agent *tool_call_agent(const struct tool_call *call) {
    return call->agent;
}

uint64_t tool_call_deadline_ns(const struct tool_call *call) {
    return call->deadline_ns;
}

struct text *tool_call_output(struct tool_call *call) {
    return &call->text;
}

void tool_call_set_work(struct tool_call *call, void *work, void (*free_work)(void *)) {
    call->work = work;
    call->free_work = free_work;
}

void tool_call_end(struct tool_call *call, enum tool_status status) {
    ensure(!call->end);
    call->work = NULL;
    call->status = status;
    loop_timer_free(call->limit);
    call->limit = NULL;
    call->end = loop_soon(call->agent->loop, on_end, call);
}

static void on_late(void *owner, uint64_t now_ns) {
    struct tool_call *call = owner;
    call->limit = NULL;
    drop_work(call);
    text_reset(&call->text);
    text_add(&call->text, "error: the tool took too long");
    call->status = TOOL_TIMED_OUT;
    on_end(call, now_ns);
}

static void on_end(void *owner, uint64_t now_ns) {
    struct tool_call *call = owner;
    struct registry *registry = call->agent->registry;
    (void)now_ns;
    call->end = NULL;
    registry_observe(
        registry, FAMILY_TOOL_DURATION, call->label, NULL,
        (double)(loop_clock_ns() - call->started_ns) / (double)NS_PER_S);
    registry_count(
        registry, FAMILY_TOOL_CALLS, call->label, tool_status_name(call->status), 1);
    struct slice output = {.data = call->output, .length = call->text.length};
    call->on_done(call->owner, call->status, output);
    tool_call_free(call);
}
