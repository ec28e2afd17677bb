/* A request of the Messages API: https://docs.anthropic.com/en/api/messages */
/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "agent/simulator_request.h"

static bool is_word(const struct node *node, const char *word) {
    return node && node->kind == NODE_STRING && slice_equals(node->string, word);
}

static bool is_type(const struct node *block, const char *type) {
    return is_word(node_get(block, "type"), type);
}

/* A string, or the first text block of a list. */
static struct slice words_of(const struct node *content) {
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

static bool is_same(const struct node *a, const struct node *b) {
    return a && b && a->kind == NODE_STRING && b->kind == NODE_STRING &&
           a->string.length == b->string.length &&
           memcmp(a->string.data, b->string.data, a->string.length) == 0;
}

/* Whether a later block list answers the call of that id. */
static bool is_answered(const struct node *results, const struct node *id) {
    if (!results || results->kind != NODE_LIST) return false;
    for (const struct node *block = results->first; block; block = block->next) {
        if (is_type(block, "tool_result") &&
            is_same(node_get(block, "tool_use_id"), id)) {
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

/* The name of the tool that was called with that id. */
static const struct node *name_of_call(
    const struct node *message, const struct node *id) {
    const struct node *content = node_get(message, "content");
    if (!content || content->kind != NODE_LIST) return NULL;
    for (const struct node *block = content->first; block; block = block->next) {
        if (is_type(block, "tool_use") && is_same(node_get(block, "id"), id)) {
            return node_get(block, "name");
        }
    }
    return NULL;
}

static void read_result(
    struct simulator_request *request, const struct node *calls,
    const struct node *results) {
    const struct node *content = node_get(results, "content");
    if (content->kind != NODE_LIST || !is_type(content->first, "tool_result")) return;
    const struct node *block = content->first;
    simulator_request_result(
        request, name_of_call(calls, node_get(block, "tool_use_id")),
        words_of(node_get(block, "content")));
    node_bool(block, "is_error", &request->result_failed);
}

bool simulator_request_read_messages(
    struct simulator_request *request, const struct node *root, struct error *err) {
    if (request->tokens_max == 0) {
        return error_set(err, ERROR_SYNTAX, "max_tokens: field required");
    }
    const struct node *tools = node_get(root, "tools");
    for (const struct node *tool = tools ? tools->first : NULL; tool;
         tool = tool->next) {
        simulator_request_offer(
            request, node_get(tool, "name"), node_get(tool, "input_schema"));
    }
    bool users_turn = true;
    const struct node *before = NULL;
    const struct node *last = NULL;
    for (const struct node *message = node_get(root, "messages")->first; message;
         message = message->next) {
        if (!check_message(message, users_turn, err)) return false;
        if (users_turn) {
            simulator_request_hear(request, words_of(node_get(message, "content")));
        }
        users_turn = !users_turn;
        before = last;
        last = message;
    }
    if (users_turn) {
        return error_set(err, ERROR_SYNTAX, "messages: the last must be the user's");
    }
    read_result(request, before, last);
    return true;
}
