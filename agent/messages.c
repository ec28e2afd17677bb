/* SPDX-License-Identifier: MIT */
#include "agent/messages.h"

#include <string.h>

#include "base/json_writer.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "io/json.h"

static const char *const stop_names[] = {
#define X(id, name) [id] = (name)
    MODEL_STOPS(X)
#undef X
};

const char *model_stop_name(enum model_stop stop) {
    return stop_names[stop];
}

static enum model_stop read_stop(const struct node *root) {
    const struct node *reason = node_get(root, "stop_reason");
    if (!reason || reason->kind != NODE_STRING) return STOP_OTHER;
    for (size_t i = 0; i < STOP_OTHER; i++) {
        if (slice_equals(reason->string, stop_names[i])) return (enum model_stop)i;
    }
    return STOP_OTHER;
}

/* A count that is missing, null or nonsense is none. */
static uint64_t read_count(const struct node *map, const char *key) {
    static const int64_t most = INT64_C(1000000000000);
    int64_t count = 0;
    node_integer(map, key, 0, most, &count);
    return (uint64_t)count;
}

static void read_usage(struct usage *usage, const struct node *map) {
    usage->input = read_count(map, "input_tokens");
    usage->output = read_count(map, "output_tokens");
    usage->cache_read = read_count(map, "cache_read_input_tokens");
    usage->cache_write = read_count(map, "cache_creation_input_tokens");
    usage->thinking =
        read_count(node_get(map, "output_tokens_details"), "thinking_tokens");
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
    answer->stop = read_stop(root);
    read_usage(&answer->usage, node_get(root, "usage"));
    for (const struct node *block = answer->content->first; block;
         block = block->next) {
        if (!read_block(answer, block, err)) return false;
    }
    if (answer->stop == STOP_TOOL_USE && answer->call_count == 0) {
        return error_set(err, ERROR_PROTOCOL, "a stop for tools without a tool call");
    }
    return true;
}

bool model_answer_read(
    struct model_answer *answer, struct slice body, struct error *err) {
    struct document *document = json_parse(body, err);
    if (!document) return error_wrap(err, "the model's answer");
    *answer = (struct model_answer){.document = document};
    buffer_init(&answer->text, MODEL_TEXT_MAX);
    if (read_answer(answer, err)) return true;
    model_answer_clear(answer);
    return false;
}

void model_answer_clear(struct model_answer *answer) {
    document_free(answer->document);
    buffer_clear(&answer->text);
    *answer = (struct model_answer){0};
}

void model_complaint_read(struct model_complaint *complaint, struct slice body) {
    *complaint = (struct model_complaint){.type = "unknown"};
    struct error err = {0};
    struct document *document = json_parse(body, &err);
    const struct node *error =
        document ? node_get(document_root(document), "error") : NULL;
    const struct node *message = node_get(error, "message");
    node_string(error, "type", complaint->type, sizeof complaint->type);
    if (message && message->kind == NODE_STRING) {
        safe_text_copy(complaint->message, sizeof complaint->message, message->string);
    }
    char code[MODEL_NAME_SIZE] = "";
    node_string(node_get(error, "details"), "error_code", code, sizeof code);
    complaint->spend_limit = strcmp(code, "enforced_spend_limit_reached") == 0;
    document_free(document);
}

static void write_messages(struct json_writer *json, struct slice messages) {
    json_key(json, "messages");
    json_array_begin(json);
    json_raw(json, messages);
    json_array_end(json);
}

void model_question_write(const struct model_question *question, struct buffer *body) {
    struct json_writer json = json_writer_to(body);
    json_object_begin(&json);
    json_field_string(&json, "model", question->model);
    json_field_uint(&json, "max_tokens", question->tokens_max);
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
}
