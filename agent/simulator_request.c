/* SPDX-License-Identifier: MIT */
#include "agent/simulator_request.h"

#include <stddef.h>
#include <string.h>

#include "agent/replies.h"

static const int64_t tokens_most = 1000000;

static bool is_word(const struct node *node, const char *word) {
    return node && node->kind == NODE_STRING && slice_equals(node->string, word);
}

static bool is_type(const struct node *block, const char *type) {
    return is_word(node_get(block, "type"), type);
}

/* The text of a message: a string, or its first text block. */
static struct slice words_of(const struct node *message) {
    const struct node *content = node_get(message, "content");
    struct slice none = {.data = "", .length = 0};
    if (!content || content->kind == NODE_STRING) {
        return content ? content->string : none;
    }
    for (const struct node *block = content->first; block; block = block->next) {
        const struct node *text = node_get(block, "text");
        if (is_type(block, "text") && text && text->kind == NODE_STRING) {
            return text->string;
        }
    }
    return none;
}

/* Whether a later block list answers the call of that id. */
static bool is_answered(const struct node *results, const struct node *id) {
    if (!results || results->kind != NODE_LIST || !id || id->kind != NODE_STRING) {
        return false;
    }
    for (const struct node *block = results->first; block; block = block->next) {
        const struct node *answered = node_get(block, "tool_use_id");
        if (is_type(block, "tool_result") && answered &&
            answered->kind == NODE_STRING &&
            answered->string.length == id->string.length &&
            memcmp(answered->string.data, id->string.data, id->string.length) == 0) {
            return true;
        }
    }
    return false;
}

static bool check_calls(const struct node *message, struct error *err) {
    const struct node *content = node_get(message, "content");
    if (!content || content->kind != NODE_LIST) return true;
    const struct node *results =
        message->next ? node_get(message->next, "content") : NULL;
    for (const struct node *block = content->first; block; block = block->next) {
        if (is_type(block, "tool_use") &&
            !is_answered(results, node_get(block, "id"))) {
            return error_set(
                err, ERROR_SYNTAX,
                "messages: tool_use ids were found without tool_result blocks "
                "immediately after");
        }
    }
    return true;
}

static bool check_message(
    const struct node *message, bool users_turn, struct error *err) {
    const struct node *content = node_get(message, "content");
    const char *role = users_turn ? "user" : "assistant";
    if (!is_word(node_get(message, "role"), role)) {
        return error_set(
            err, ERROR_SYNTAX, "messages: roles must alternate, %s expected", role);
    }
    bool has_content =
        content && ((content->kind == NODE_STRING && content->string.length > 0) ||
                    (content->kind == NODE_LIST && content->child_count > 0));
    if (!has_content) {
        return error_set(err, ERROR_SYNTAX, "messages: content must not be empty");
    }
    return check_calls(message, err);
}

static bool read_messages(
    struct simulator_request *request, const struct node *messages, struct error *err) {
    if (!messages || messages->kind != NODE_LIST || messages->child_count == 0) {
        return error_set(err, ERROR_SYNTAX, "messages: at least one is required");
    }
    if (messages->child_count > SIMULATOR_MESSAGES_MAX) {
        return error_set(err, ERROR_LIMIT, "messages: too many");
    }
    bool users_turn = true;
    const struct node *last = NULL;
    for (const struct node *message = messages->first; message;
         message = message->next) {
        if (!check_message(message, users_turn, err)) return false;
        struct slice words = words_of(message);
        struct slice name = reply_find_name(words);
        if (users_turn && name.length > 0) request->name = name;
        if (users_turn && words.length > 0) request->question = words;
        users_turn = !users_turn;
        last = message;
    }
    if (users_turn) {
        return error_set(err, ERROR_SYNTAX, "messages: the last must be the user's");
    }
    const struct node *content = node_get(last, "content");
    if (content->kind == NODE_LIST && is_type(content->first, "tool_result")) {
        request->tool_results = content;
    }
    return true;
}

bool simulator_request_read(
    struct simulator_request *request, const struct node *root, struct error *err) {
    *request = (struct simulator_request){.question = {""}, .name = {""}};
    if (!node_string(root, "model", request->model, sizeof request->model)) {
        return error_set(err, ERROR_SYNTAX, "model: field required");
    }
    if (!node_integer(root, "max_tokens", 1, tokens_most, &request->tokens_max)) {
        return error_set(err, ERROR_SYNTAX, "max_tokens: field required");
    }
    const struct node *tools = node_get(root, "tools");
    for (const struct node *tool = tools ? tools->first : NULL; tool;
         tool = tool->next) {
        if (is_word(node_get(tool, "name"), "calculate")) request->has_calculate = true;
    }
    return read_messages(request, node_get(root, "messages"), err);
}
