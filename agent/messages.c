/* SPDX-License-Identifier: MIT */
#include "agent/messages.h"

#include "base/json_writer.h"
#include "io/json.h"

enum model_stop messages_stop(const struct node *reason) {
    if (!reason || reason->kind != NODE_STRING) return STOP_OTHER;
    for (size_t i = 0; i < STOP_OTHER; i++) {
        enum model_stop stop = (enum model_stop)i;
        if (slice_equals(reason->string, model_stop_name(stop))) return stop;
    }
    return STOP_OTHER;
}

void messages_read_count(uint64_t *count, const struct node *map, const char *key) {
    static const int64_t most = INT64_C(1000000000000);
    int64_t value = 0;
    if (node_integer(map, key, 0, most, &value)) *count = (uint64_t)value;
}

void messages_read_usage(struct usage *usage, const struct node *map) {
    messages_read_count(&usage->input, map, "input_tokens");
    messages_read_count(&usage->output, map, "output_tokens");
    messages_read_count(&usage->cache_read, map, "cache_read_input_tokens");
    messages_read_count(&usage->cache_write, map, "cache_creation_input_tokens");
    messages_read_count(
        &usage->thinking, node_get(map, "output_tokens_details"), "thinking_tokens");
}

static bool read_call(
    struct model_answer *answer, const struct node *block, struct error *err) {
    if (answer->call_count == MODEL_CALLS_MAX) {
        return error_set(
            err, ERROR_LIMIT, "more than %d tool calls in one answer", MODEL_CALLS_MAX);
    }
    struct model_call *call = &answer->calls[answer->call_count];
    call->input = node_get(block, "input");
    if (!node_string(block, "id", call->id, sizeof call->id) ||
        !node_string(block, "name", call->name, sizeof call->name) || !call->input ||
        call->input->kind != NODE_MAP) {
        return error_set(err, ERROR_PROTOCOL, "a tool call without id, name or input");
    }
    answer->call_count++;
    return true;
}

static bool read_block(
    struct model_answer *answer, const struct node *block, struct error *err) {
    const struct node *type = node_get(block, "type");
    if (!type || type->kind != NODE_STRING) {
        return error_set(err, ERROR_PROTOCOL, "a content block without a type");
    }
    if (slice_equals(type->string, "tool_use")) return read_call(answer, block, err);
    if (!slice_equals(type->string, "text")) return true;

    const struct node *words = node_get(block, "text");
    if (!words || words->kind != NODE_STRING) {
        return error_set(err, ERROR_PROTOCOL, "a text block without text");
    }
    if (!buffer_add(&answer->text, words->string.data, words->string.length)) {
        return error_set(err, ERROR_LIMIT, "an answer over %d bytes", MODEL_TEXT_MAX);
    }
    return true;
}

static bool read_answer(struct model_answer *answer, struct error *err) {
    const struct node *root = document_root(answer->document);
    answer->content = node_get(root, "content");
    if (!answer->content || answer->content->kind != NODE_LIST) {
        return error_set(err, ERROR_PROTOCOL, "no content in the model's answer");
    }
    answer->stop = messages_stop(node_get(root, "stop_reason"));
    messages_read_usage(&answer->usage, node_get(root, "usage"));
    for (const struct node *block = answer->content->first; block;
         block = block->next) {
        if (!read_block(answer, block, err)) return false;
    }
    if (answer->stop == STOP_TOOL_USE && answer->call_count == 0) {
        return error_set(err, ERROR_PROTOCOL, "a stop for tools without a tool call");
    }
    return true;
}

bool messages_read(struct model_answer *answer, struct slice body, struct error *err) {
    struct document *document = json_parse(body, err);
    if (!document) return error_wrap(err, "the model's answer");
    *answer = (struct model_answer){.document = document};
    buffer_init(&answer->text, MODEL_TEXT_MAX);
    if (read_answer(answer, err)) return true;
    model_answer_clear(answer);
    return false;
}

static void write_messages(struct json_writer *json, struct slice messages) {
    json_key(json, "messages");
    json_array_begin(json);
    json_raw(json, messages);
    json_array_end(json);
}

bool messages_write(
    const struct model_question *question, struct buffer *body, struct error *err) {
    struct json_writer json = json_writer_to(body);
    json_object_begin(&json);
    json_field_string(&json, "model", question->model);
    json_field_uint(&json, "max_tokens", question->tokens_max);
    if (question->stream) json_field_bool(&json, "stream", true);
    json_field_slice(&json, "system", question->system);
    json_key(&json, "tools");
    tools_write(&json);
    write_messages(&json, question->messages);
    if (question->user_hash) {
        json_key(&json, "metadata");
        json_object_begin(&json);
        json_field_string(&json, "user_id", question->user_hash);
        json_object_end(&json);
    }
    json_object_end(&json);
    return !body->overflow ||
           error_set(err, ERROR_LIMIT, "the conversation became too long");
}
