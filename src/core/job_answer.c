/* SPDX-License-Identifier: MIT */
#include "core/job_answer.h"

#include <math.h>
#include <string.h>

#define TOKENS_MAX   INT64_C(1000000000)
#define TIME_MAX_MS  (INT64_C(1) << 46)
#define COST_MAX_USD 1e6

enum { US_PER_MS = 1000 };

static const char *const good_words[] = {
    "completed", "complete", "done", "finished", "ok", "success", "succeeded"};

static bool is_end(const struct target_chat *chat, struct slice word) {
    for (uint32_t i = 0; i < chat->done_count; i++) {
        if (slice_equals(word, chat->done[i])) return true;
    }
    return false;
}

static bool is_good(struct slice word) {
    for (size_t i = 0; i < sizeof good_words / sizeof *good_words; i++) {
        if (slice_equals(word, good_words[i])) return true;
    }
    return false;
}

/* Both by the clock of whoever keeps the job. */
static uint64_t read_latency(const struct node *root) {
    int64_t submitted_ms = 0, finished_ms = 0;
    if (!node_integer(root, "submitted_ms", 0, TIME_MAX_MS, &submitted_ms) ||
        !node_integer(root, "finished_ms", submitted_ms, TIME_MAX_MS, &finished_ms)) {
        return OBSERVATION_UNKNOWN;
    }
    return (uint64_t)(finished_ms - submitted_ms) * US_PER_MS;
}

static void read_usage(const struct node *root, struct router_unit_end *end) {
    const struct node *usage = node_get(root, "usage");
    int64_t in = 0, out = 0;
    double usd = 0;
    if (node_integer(usage, "input_tokens", 0, TOKENS_MAX, &in) &&
        node_integer(usage, "output_tokens", 0, TOKENS_MAX, &out)) {
        end->tokens = (uint64_t)(in + out);
    }
    if (node_number(usage, "cost_usd", &usd) && usd >= 0 && usd <= COST_MAX_USD) {
        end->cost_micro = (uint64_t)llround(usd * 1e6);
    }
}

static uint32_t count_failed_tools(const struct node *calls) {
    uint32_t failed = 0;
    if (!calls || calls->kind != NODE_LIST) return 0;
    for (const struct node *call = calls->first; call; call = call->next) {
        const struct node *status = node_get(call, "status");
        if (!status || status->kind != NODE_STRING) continue;
        if (!slice_equals(status->string, "success")) failed++;
    }
    return failed;
}

bool job_answer_read(
    const struct node *root, const struct target_chat *chat, struct job_answer *answer,
    struct error *err) {
    const struct node *state = NULL;
    if (!node_find(root, slice_of(chat->done_path), &state, err)) return false;
    if (!state || state->kind != NODE_STRING) {
        return error_set(err, ERROR_PROTOCOL, "a job without %s", chat->done_path);
    }
    const struct node *outcome = node_get(root, "outcome");
    const struct node *calls = node_get(root, "tool_calls");
    bool says_refused = outcome && slice_equals(outcome->string, "refused");
    *answer = (struct job_answer){.has_ended = is_end(chat, state->string)};
    answer->end = (struct router_unit_end){
        .failed = !is_good(state->string),
        .refused = is_good(state->string) && says_refused,
        .has_outcome = outcome && outcome->kind == NODE_STRING,
        .has_tools = calls && calls->kind == NODE_LIST,
        .latency_us = read_latency(root),
        .cost_micro = OBSERVATION_UNKNOWN,
        .tokens = OBSERVATION_UNKNOWN,
        .tools_failed = count_failed_tools(calls)};
    read_usage(root, &answer->end);
    return true;
}
