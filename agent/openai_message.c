/* SPDX-License-Identifier: MIT */
#include "agent/openai_message.h"

#include <stdio.h>
#include <string.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "core/node_json.h"
#include "io/json.h"

void openai_message_init(struct openai_message *message) {
    *message = (struct openai_message){0};
    buffer_init(&message->text, MODEL_TEXT_MAX);
    for (size_t i = 0; i < MODEL_CALLS_MAX; i++) {
        buffer_init(&message->calls[i].arguments, MODEL_ANSWER_MAX);
    }
}

void openai_message_clear(struct openai_message *message) {
    buffer_clear(&message->text);
    for (size_t i = 0; i < MODEL_CALLS_MAX; i++) {
        buffer_clear(&message->calls[i].arguments);
    }
    openai_message_init(message);
}

static bool is_words(const struct node *node) {
    return node && node->kind == NODE_STRING && node->string.length > 0;
}

static bool add_words(
    struct openai_message *message, const struct node *words, struct error *err) {
    return !is_words(words) ||
           buffer_add(&message->text, words->string.data, words->string.length) ||
           error_set(err, ERROR_LIMIT, "an answer over %d bytes", MODEL_TEXT_MAX);
}

/* The Messages API takes no other characters in an id, and a history may go there. */
static void make_plain(char *id) {
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    for (; *id; id++) {
        if (!strchr(plain, *id)) *id = '_';
    }
}

/* Most servers send them as text, a few as the object itself. */
static bool add_arguments(
    struct openai_call *call, const struct node *arguments, struct error *err) {
    if (is_words(arguments)) {
        buffer_add(&call->arguments, arguments->string.data, arguments->string.length);
    } else if (arguments && arguments->kind == NODE_MAP) {
        struct json_writer json = json_writer_to(&call->arguments);
        node_write_json(arguments, &json);
    }
    return !call->arguments.overflow ||
           error_set(err, ERROR_LIMIT, "a tool call that is too large");
}

static bool add_call(
    struct openai_message *message, const struct node *piece, size_t place,
    struct error *err) {
    int64_t index = (int64_t)place;
    node_integer(piece, "index", 0, INT32_MAX, &index);
    if (index >= MODEL_CALLS_MAX) {
        return error_set(
            err, ERROR_LIMIT, "more than %d tool calls in one answer", MODEL_CALLS_MAX);
    }
    struct openai_call *call = &message->calls[index];
    if ((size_t)index >= message->call_count) message->call_count = (size_t)index + 1;
    const struct node *id = node_get(piece, "id");
    const struct node *function = node_get(piece, "function");
    const struct node *name = node_get(function, "name");
    if ((is_words(id) && !node_text(id, call->id, sizeof call->id)) ||
        (is_words(name) && !node_text(name, call->name, sizeof call->name))) {
        return error_set(err, ERROR_LIMIT, "a tool call whose id or name is too long");
    }
    make_plain(call->id);
    return add_arguments(call, node_get(function, "arguments"), err);
}

bool openai_message_add(
    struct openai_message *message, const struct node *piece, struct error *err) {
    const struct node *refusal = node_get(piece, "refusal");
    const struct node *calls = node_get(piece, "tool_calls");
    if (is_words(refusal)) message->is_refusal = true;
    if (!add_words(message, node_get(piece, "content"), err) ||
        !add_words(message, refusal, err)) {
        return false;
    }
    if (!calls || calls->kind != NODE_LIST) return true;
    size_t place = 0;
    for (const struct node *call = calls->first; call; call = call->next) {
        if (!add_call(message, call, place++, err)) return false;
    }
    return true;
}

/* The arguments as JSON text of an object; none at all are an empty one. */
static bool has_whole_arguments(const struct openai_call *call) {
    struct error err = {0};
    if (call->arguments.length == 0) return true;
    struct document *document = json_parse(buffer_slice(&call->arguments), &err);
    bool is_whole = document && document_root(document)->kind == NODE_MAP;
    document_free(document);
    return is_whole;
}

static void write_call(
    const struct openai_call *call, size_t index, struct buffer *blocks) {
    char id[MODEL_CALL_ID_SIZE];
    snprintf(id, sizeof id, "%s", call->id);
    if (!id[0]) snprintf(id, sizeof id, "unnamed-%zu", index);
    if (blocks->length > 0) buffer_add_char(blocks, ',');
    struct json_writer json = json_writer_to(blocks);
    json_object_begin(&json);
    json_field_string(&json, "type", "tool_use");
    json_field_string(&json, "id", id);
    json_field_string(&json, "name", call->name);
    json_key(&json, "input");
    struct slice arguments = buffer_slice(&call->arguments);
    json_raw(&json, arguments.length > 0 ? arguments : slice_of("{}"));
    json_object_end(&json);
}

static void write_text(const struct openai_message *message, struct buffer *blocks) {
    if (message->text.length == 0) return;
    if (blocks->length > 0) buffer_add_char(blocks, ',');
    struct json_writer json = json_writer_to(blocks);
    json_object_begin(&json);
    json_field_string(&json, "type", "text");
    json_field_slice(&json, "text", buffer_slice(&message->text));
    json_object_end(&json);
}

bool openai_message_write(
    const struct openai_message *message, struct buffer *blocks, bool *was_cut,
    struct error *err) {
    write_text(message, blocks);
    for (size_t i = 0; i < message->call_count; i++) {
        const struct openai_call *call = &message->calls[i];
        if (!call->name[0]) {
            return error_set(err, ERROR_PROTOCOL, "a tool call without a name");
        }
        if (has_whole_arguments(call)) {
            write_call(call, i, blocks);
        } else {
            *was_cut = true;
        }
    }
    return true;
}
