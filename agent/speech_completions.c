/* OpenAI's chat completions: https://platform.openai.com/docs/api-reference/chat */
/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>

#include "agent/speech_events.h"

/* A clock would make answers differ that are the same. */
static const uint64_t created_s = 1767225600;

static void write_id(
    struct json_writer *json, const char *prefix, const struct speech *speech) {
    char id[SPEECH_ID_SIZE];
    snprintf(id, sizeof id, "%s_local_%016" PRIx64, prefix, speech->hash);
    json_field_string(json, "id", id);
}

static const char *finish_reason(enum model_stop stop) {
    switch (stop) {
    case STOP_MAX_TOKENS:
    case STOP_CONTEXT: return "length";
    case STOP_TOOL_USE: return "tool_calls";
    case STOP_REFUSAL: return "content_filter";
    case STOP_END_TURN:
    case STOP_SEQUENCE:
    case STOP_PAUSE_TURN:
    case STOP_OTHER:
    case STOP_COUNT: break;
    }
    return "stop";
}

static void write_head(
    struct json_writer *json, const struct speech *speech, const char *object) {
    json_object_begin(json);
    write_id(json, "chatcmpl", speech);
    json_field_string(json, "object", object);
    json_field_uint(json, "created", created_s);
    json_field_string(json, "model", speech->model);
    json_key(json, "choices");
    json_array_begin(json);
}

static void write_usage(struct json_writer *json, const struct speech *speech) {
    json_key(json, "usage");
    json_object_begin(json);
    json_field_uint(json, "prompt_tokens", speech->input_tokens);
    json_field_uint(json, "completion_tokens", speech->output_tokens);
    json_field_uint(json, "total_tokens", speech->input_tokens + speech->output_tokens);
    json_key(json, "prompt_tokens_details");
    json_object_begin(json);
    json_field_uint(json, "cached_tokens", 0);
    json_object_end(json);
    json_object_end(json);
}

/* `index` in a stream only, where arguments come in pieces. */
static void write_call(
    struct json_writer *json, const struct speech *speech, bool has_index,
    struct slice arguments) {
    json_key(json, "tool_calls");
    json_array_begin(json);
    json_object_begin(json);
    if (has_index) json_field_uint(json, "index", 0);
    write_id(json, "call", speech);
    json_field_string(json, "type", "function");
    json_key(json, "function");
    json_object_begin(json);
    json_field_string(json, "name", speech->call.tool);
    json_field_slice(json, "arguments", arguments);
    json_object_end(json);
    json_object_end(json);
    json_array_end(json);
}

static void write_call_arguments(const struct speech *speech, struct buffer *to) {
    buffer_init(to, SPEECH_EVENT_MAX);
    struct json_writer json = json_writer_to(to);
    speech_write_arguments(&speech->call, &json);
}

void speech_write_completions(const struct speech *speech, struct json_writer *json) {
    write_head(json, speech, "chat.completion");
    json_object_begin(json);
    json_field_uint(json, "index", 0);
    json_key(json, "message");
    json_object_begin(json);
    json_field_string(json, "role", "assistant");
    if (speech->has_no_blocks) {
        json_field_null(json, "content");
    } else {
        json_field_slice(json, "content", speech->words);
    }
    if (speech->call.tool) {
        struct buffer arguments;
        write_call_arguments(speech, &arguments);
        write_call(json, speech, false, buffer_slice(&arguments));
        buffer_clear(&arguments);
    }
    json_object_end(json);
    json_field_string(json, "finish_reason", finish_reason(speech->stop));
    json_object_end(json);
    json_array_end(json);
    write_usage(json, speech);
    json_object_end(json);
}

static struct json_writer *begin(struct speech_events *events) {
    speech_event_begin(events, NULL);
    write_head(&events->json, events->speech, "chat.completion.chunk");
    json_object_begin(&events->json);
    json_field_uint(&events->json, "index", 0);
    json_key(&events->json, "delta");
    json_object_begin(&events->json);
    return &events->json;
}

/* `finish` is NULL before the last one. */
static void end(struct speech_events *events, const char *finish, uint64_t tokens) {
    struct json_writer *json = &events->json;
    json_object_end(json);
    if (finish) {
        json_field_string(json, "finish_reason", finish);
    } else {
        json_field_null(json, "finish_reason");
    }
    json_object_end(json);
    json_array_end(json);
    json_object_end(json);
    speech_event_end(events, tokens);
}

static void stream_words(struct speech_events *events) {
    struct random random;
    random_seed(&random, events->speech->hash);
    struct slice rest = events->speech->words;
    while (rest.length > 0) {
        struct slice piece = speech_take(&rest, &random);
        json_field_slice(begin(events), "content", piece);
        end(events, NULL, speech_tokens(piece.length));
    }
}

static void stream_arguments(struct speech_events *events, struct slice piece) {
    struct json_writer *json = begin(events);
    json_key(json, "tool_calls");
    json_array_begin(json);
    json_object_begin(json);
    json_field_uint(json, "index", 0);
    json_key(json, "function");
    json_object_begin(json);
    json_field_slice(json, "arguments", piece);
    json_object_end(json);
    json_object_end(json);
    json_array_end(json);
    end(events, NULL, speech_tokens(piece.length));
}

static void stream_call(struct speech_events *events) {
    struct random random;
    random_seed(&random, events->speech->hash);
    write_call(begin(events), events->speech, true, slice_of(""));
    end(events, NULL, 0);
    struct buffer arguments;
    write_call_arguments(events->speech, &arguments);
    struct slice rest = buffer_slice(&arguments);
    while (rest.length > 0) stream_arguments(events, speech_take(&rest, &random));
    buffer_clear(&arguments);
}

static void stream_usage(struct speech_events *events) {
    speech_event_begin(events, NULL);
    write_head(&events->json, events->speech, "chat.completion.chunk");
    json_array_end(&events->json);
    write_usage(&events->json, events->speech);
    json_object_end(&events->json);
    speech_event_end(events, 0);
}

void speech_stream_completions(struct speech_events *events) {
    const struct speech *speech = events->speech;
    struct json_writer *json = begin(events);
    json_field_string(json, "role", "assistant");
    json_field_string(json, "content", "");
    end(events, NULL, 0);
    if (!speech->has_no_blocks) stream_words(events);
    if (speech->call.tool) stream_call(events);
    begin(events);
    end(events, finish_reason(speech->stop), 0);
    if (speech->tells_usage) stream_usage(events);
    speech_event_begin(events, NULL);
    buffer_add_string(events->body, "[DONE]");
    speech_event_end(events, 0);
}
