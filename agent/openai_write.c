/* SPDX-License-Identifier: MIT */
#include "agent/openai.h"
#include "agent/tools.h"
#include "base/json_writer.h"
#include "core/node_json.h"
#include "io/json.h"

enum { TOOLS_MAX = 64 * 1024 };

static bool is_block(const struct node *block, const char *type) {
    const struct node *said = node_get(block, "type");
    return said && said->kind == NODE_STRING && slice_equals(said->string, type);
}

/* The text of a message's content, or of a tool's result: a string, or text blocks. */
static void gather_text(const struct node *content, struct buffer *text) {
    buffer_reset(text);
    if (content && content->kind == NODE_STRING) {
        buffer_add(text, content->string.data, content->string.length);
    }
    if (!content || content->kind != NODE_LIST) return;
    for (const struct node *block = content->first; block; block = block->next) {
        const struct node *words = node_get(block, "text");
        if (!is_block(block, "text") || !words || words->kind != NODE_STRING) continue;
        buffer_add(text, words->string.data, words->string.length);
    }
}

static void copy_string(
    struct json_writer *json, const char *key, const struct node *from) {
    bool is_string = from && from->kind == NODE_STRING;
    json_field_slice(json, key, is_string ? from->string : slice_of(""));
}

static void write_results(
    struct json_writer *json, const struct node *content, struct buffer *text) {
    if (content->kind != NODE_LIST) return;
    for (const struct node *block = content->first; block; block = block->next) {
        if (!is_block(block, "tool_result")) continue;
        gather_text(node_get(block, "content"), text);
        json_object_begin(json);
        json_field_string(json, "role", "tool");
        copy_string(json, "tool_call_id", node_get(block, "tool_use_id"));
        json_field_slice(json, "content", buffer_slice(text));
        json_object_end(json);
    }
}

/* What the user says comes after the results that came with it. */
static void write_user(
    struct json_writer *json, const struct node *content, struct buffer *text) {
    write_results(json, content, text);
    gather_text(content, text);
    if (text->length == 0) return;
    json_object_begin(json);
    json_field_string(json, "role", "user");
    json_field_slice(json, "content", buffer_slice(text));
    json_object_end(json);
}

static void write_call(
    struct json_writer *json, const struct node *block, struct buffer *text) {
    const struct node *input = node_get(block, "input");
    buffer_reset(text);
    struct json_writer arguments = json_writer_to(text);
    if (input) node_write_json(input, &arguments);
    json_object_begin(json);
    copy_string(json, "id", node_get(block, "id"));
    json_field_string(json, "type", "function");
    json_key(json, "function");
    json_object_begin(json);
    copy_string(json, "name", node_get(block, "name"));
    json_field_slice(json, "arguments", buffer_slice(text));
    json_object_end(json);
    json_object_end(json);
}

static void write_calls(
    struct json_writer *json, const struct node *content, struct buffer *text) {
    bool has_call = false;
    bool is_list = content->kind == NODE_LIST;
    for (const struct node *block = is_list ? content->first : NULL; block;
         block = block->next) {
        if (!is_block(block, "tool_use")) continue;
        if (!has_call) {
            json_key(json, "tool_calls");
            json_array_begin(json);
        }
        has_call = true;
        write_call(json, block, text);
    }
    if (has_call) json_array_end(json);
}

static void write_assistant(
    struct json_writer *json, const struct node *content, struct buffer *text) {
    gather_text(content, text);
    json_object_begin(json);
    json_field_string(json, "role", "assistant");
    json_field_slice(json, "content", buffer_slice(text));
    write_calls(json, content, text);
    json_object_end(json);
}

static bool write_messages(
    struct json_writer *json, const struct node *messages, struct error *err) {
    struct buffer text;
    buffer_init(&text, MODEL_QUESTION_MAX);
    bool is_good = true;
    for (const struct node *message = messages->first; is_good && message;
         message = message->next) {
        const struct node *role = node_get(message, "role");
        const struct node *content = node_get(message, "content");
        is_good = role && role->kind == NODE_STRING && content;
        if (!is_good) break;
        if (slice_equals(role->string, "assistant")) {
            write_assistant(json, content, &text);
        } else {
            write_user(json, content, &text);
        }
    }
    is_good = is_good && !text.overflow;
    buffer_clear(&text);
    return is_good || error_set(err, ERROR_SYNTAX, "a message that is none");
}

/* The list of tools is that of the Messages API, under other names. */
static void write_tools(struct json_writer *json) {
    struct error err = {0};
    struct buffer list;
    buffer_init(&list, TOOLS_MAX);
    struct json_writer writer = json_writer_to(&list);
    tools_write(&writer);
    struct document *document = json_parse(buffer_slice(&list), &err);
    const struct node *tools = document ? document_root(document) : NULL;
    json_key(json, "tools");
    json_array_begin(json);
    for (const struct node *tool = tools ? tools->first : NULL; tool;
         tool = tool->next) {
        json_object_begin(json);
        json_field_string(json, "type", "function");
        json_key(json, "function");
        json_object_begin(json);
        copy_string(json, "name", node_get(tool, "name"));
        copy_string(json, "description", node_get(tool, "description"));
        json_key(json, "parameters");
        node_write_json(node_get(tool, "input_schema"), json);
        json_object_end(json);
        json_object_end(json);
    }
    json_array_end(json);
    document_free(document);
    buffer_clear(&list);
}

static void write_settings(
    struct json_writer *json, const struct model_question *question) {
    json_field_string(json, "model", question->model);
    json_field_uint(json, "max_tokens", question->tokens_max);
    if (question->user_hash) json_field_string(json, "user", question->user_hash);
    if (!question->stream) return;
    json_field_bool(json, "stream", true);
    json_key(json, "stream_options");
    json_object_begin(json);
    json_field_bool(json, "include_usage", true);
    json_object_end(json);
}

static bool write_question(
    const struct model_question *question, const struct node *messages,
    struct buffer *body, struct error *err) {
    struct json_writer json = json_writer_to(body);
    json_object_begin(&json);
    write_settings(&json, question);
    write_tools(&json);
    json_key(&json, "messages");
    json_array_begin(&json);
    if (question->system.length > 0) {
        json_object_begin(&json);
        json_field_string(&json, "role", "system");
        json_field_slice(&json, "content", question->system);
        json_object_end(&json);
    }
    if (!write_messages(&json, messages, err)) return false;
    json_array_end(&json);
    json_object_end(&json);
    return !body->overflow ||
           error_set(err, ERROR_LIMIT, "the conversation became too long");
}

bool openai_write(
    const struct model_question *question, struct buffer *body, struct error *err) {
    struct buffer list;
    buffer_init(&list, MODEL_QUESTION_MAX);
    buffer_add_char(&list, '[');
    buffer_add(&list, question->messages.data, question->messages.length);
    buffer_add_char(&list, ']');
    struct document *document =
        list.overflow ? NULL : json_parse(buffer_slice(&list), err);
    if (list.overflow) error_set(err, ERROR_LIMIT, "the conversation became too long");
    bool is_written =
        document && write_question(question, document_root(document), body, err);
    document_free(document);
    buffer_clear(&list);
    return is_written;
}
