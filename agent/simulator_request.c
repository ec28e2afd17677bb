/* SPDX-License-Identifier: MIT */
#include "agent/simulator_request.h"

#include <stddef.h>
#include <string.h>

#include "agent/replies.h"
#include "base/text.h"

static const int64_t tokens_most = 1000000;

static const struct {
    const char *name;
    const char *argument;
} tools[] = {
#define X(id, name, argument) [id] = {(name), (argument)}
    SIMULATED_TOOLS(X)
#undef X
};

const char *simulated_tool_name(enum simulated_tool tool) {
    return tool == SIMULATED_NO_TOOL ? "" : tools[tool].name;
}

static enum simulated_tool find_tool(const struct node *name) {
    size_t tool = 0;
    if (!name || name->kind != NODE_STRING) return SIMULATED_NO_TOOL;
    while (tool < SIMULATED_TOOL_COUNT &&
           !slice_equals(name->string, tools[tool].name)) {
        tool++;
    }
    return (enum simulated_tool)tool;
}

void simulator_request_hear(struct simulator_request *request, struct slice words) {
    struct slice name = reply_find_name(words);
    if (name.length > 0) request->name = name;
    if (words.length > 0) request->question = words;
}

void simulator_request_offer(
    struct simulator_request *request, const struct node *name,
    const struct node *schema) {
    enum simulated_tool tool = find_tool(name);
    if (tool == SIMULATED_NO_TOOL) return;
    request->offered[tool] = true;
    /* How an argument is called is the offerer's business. */
    const struct node *required = node_at(node_get(schema, "required"), 0);
    char *argument = request->arguments[tool];
    if (!node_text(required, argument, ARGUMENT_NAME_SIZE)) {
        text_copy_cut(argument, ARGUMENT_NAME_SIZE, tools[tool].argument);
    }
}

void simulator_request_result(
    struct simulator_request *request, const struct node *name, struct slice result) {
    request->has_result = true;
    request->result = result;
    request->result_tool = find_tool(name);
}

bool simulator_request_read(
    struct simulator_request *request, enum speech_format format,
    const struct node *root, struct error *err) {
    *request = (struct simulator_request){
        .question = {""}, .name = {""}, .result = {""}, .tokens_max = 0};
    if (!node_string(root, "model", request->model, sizeof request->model)) {
        return error_set(err, ERROR_SYNTAX, "model: field required");
    }
    node_integer(root, "max_tokens", 1, tokens_most, &request->tokens_max);
    node_bool(root, "stream", &request->is_streamed);
    const struct node *messages = node_get(root, "messages");
    if (!messages || messages->kind != NODE_LIST || messages->child_count == 0) {
        return error_set(err, ERROR_SYNTAX, "messages: at least one is required");
    }
    if (messages->child_count > SIMULATOR_MESSAGES_MAX) {
        return error_set(err, ERROR_LIMIT, "messages: too many");
    }
    return format == SPEECH_MESSAGES
               ? simulator_request_read_messages(request, root, err)
               : simulator_request_read_completions(request, root, err);
}
