/* A request of OpenAI's chat completions:
 * https://platform.openai.com/docs/api-reference/chat/create */
/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "agent/simulator_request.h"

static const int64_t tokens_most = 1000000;

/* Who speaks, and what has to come next. */
enum role { ROLE_SYSTEM, ROLE_USER, ROLE_ASSISTANT, ROLE_TOOL, ROLE_UNKNOWN };

static enum role role_of(const struct node *message) {
    static const struct {
        const char *name;
        enum role role;
    } roles[] = {
        {"system", ROLE_SYSTEM},       {"developer", ROLE_SYSTEM}, {"user", ROLE_USER},
        {"assistant", ROLE_ASSISTANT}, {"tool", ROLE_TOOL},
    };
    const struct node *role = node_get(message, "role");
    if (!role || role->kind != NODE_STRING) return ROLE_UNKNOWN;
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (slice_equals(role->string, roles[i].name)) return roles[i].role;
    }
    return ROLE_UNKNOWN;
}

/* A string, or the first text of a list of parts. */
static struct slice words_of(const struct node *message) {
    const struct node *content = node_get(message, "content");
    struct slice none = {.data = "", .length = 0};
    if (!content) return none;
    if (content->kind == NODE_STRING) return content->string;
    if (content->kind != NODE_LIST) return none;
    for (const struct node *part = content->first; part; part = part->next) {
        const struct node *text = node_get(part, "text");
        if (text && text->kind == NODE_STRING) return text->string;
    }
    return none;
}

static const struct node *find_call(
    const struct node *assistant, const struct node *id) {
    const struct node *calls = node_get(assistant, "tool_calls");
    if (!calls || !id || id->kind != NODE_STRING) return NULL;
    for (const struct node *call = calls->first; call; call = call->next) {
        const struct node *known = node_get(call, "id");
        if (known && known->kind == NODE_STRING &&
            known->string.length == id->string.length &&
            memcmp(known->string.data, id->string.data, id->string.length) == 0) {
            return call;
        }
    }
    return NULL;
}

/* What was said so far. */
struct talk {
    const struct node *assistant; /* whose calls are to be answered; NULL for none */
    uint32_t answered;
};

static bool check_answered(const struct talk *talk, struct error *err) {
    const struct node *calls = node_get(talk->assistant, "tool_calls");
    if (!calls || talk->answered >= calls->child_count) return true;
    return error_set(
        err, ERROR_SYNTAX,
        "messages: an assistant message with 'tool_calls' must be followed by tool "
        "messages responding to each 'tool_call_id'");
}

static bool take_result(
    struct simulator_request *request, struct talk *talk, const struct node *message,
    struct error *err) {
    const struct node *call =
        find_call(talk->assistant, node_get(message, "tool_call_id"));
    if (!call) {
        return error_set(
            err, ERROR_SYNTAX,
            "messages: a message with role 'tool' must be a response to a preceding "
            "message with 'tool_calls'");
    }
    if (talk->answered == 0) {
        const struct node *name = node_get(node_get(call, "function"), "name");
        simulator_request_result(request, name, words_of(message));
        request->result_failed = slice_starts_with(request->result, "error");
    }
    talk->answered++;
    return true;
}

static bool take_message(
    struct simulator_request *request, struct talk *talk, const struct node *message,
    struct error *err) {
    enum role role = role_of(message);
    if (role == ROLE_TOOL) return take_result(request, talk, message, err);
    if (!check_answered(talk, err)) return false;
    switch (role) {
    case ROLE_USER:
        if (words_of(message).length == 0) {
            return error_set(err, ERROR_SYNTAX, "messages: content must not be empty");
        }
        simulator_request_hear(request, words_of(message));
        request->has_result = false;
        break;
    case ROLE_ASSISTANT:
        *talk = (struct talk){.assistant = message};
        request->has_result = false;
        break;
    case ROLE_UNKNOWN:
        return error_set(
            err, ERROR_SYNTAX,
            "messages: role must be system, developer, user, assistant or tool");
    case ROLE_SYSTEM:
    case ROLE_TOOL: break;
    }
    return true;
}

bool simulator_request_read_completions(
    struct simulator_request *request, const struct node *root, struct error *err) {
    node_integer(root, "max_completion_tokens", 1, tokens_most, &request->tokens_max);
    if (request->tokens_max == 0) request->tokens_max = SIMULATOR_TOKENS_DEFAULT;
    node_bool(node_get(root, "stream_options"), "include_usage", &request->wants_usage);
    const struct node *tools = node_get(root, "tools");
    for (const struct node *tool = tools ? tools->first : NULL; tool;
         tool = tool->next) {
        const struct node *function = node_get(tool, "function");
        simulator_request_offer(
            request, node_get(function, "name"), node_get(function, "parameters"));
    }
    struct talk talk = {0};
    const struct node *last = NULL;
    for (const struct node *message = node_get(root, "messages")->first; message;
         message = message->next) {
        if (!take_message(request, &talk, message, err)) return false;
        last = message;
    }
    if (!check_answered(&talk, err)) return false;
    if (role_of(last) == ROLE_ASSISTANT || role_of(last) == ROLE_SYSTEM) {
        return error_set(
            err, ERROR_SYNTAX, "messages: the last must be the user's or a tool's");
    }
    return true;
}
