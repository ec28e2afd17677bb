/* The Messages API: https://docs.anthropic.com/en/api/messages-streaming */
/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>

#include "agent/speech_events.h"

static void write_id(
    struct json_writer *json, const char *prefix, const struct speech *speech) {
    char id[SPEECH_ID_SIZE];
    snprintf(id, sizeof id, "%s_local_%016" PRIx64, prefix, speech->hash);
    json_field_string(json, "id", id);
}

static void write_head(struct json_writer *json, const struct speech *speech) {
    json_object_begin(json);
    write_id(json, "msg", speech);
    json_field_string(json, "type", "message");
    json_field_string(json, "role", "assistant");
    json_field_string(json, "model", speech->model);
    json_key(json, "content");
    json_array_begin(json);
}

static void write_usage(
    struct json_writer *json, const struct speech *speech, uint64_t output_tokens) {
    json_key(json, "usage");
    json_object_begin(json);
    json_field_uint(json, "input_tokens", speech->input_tokens);
    json_field_uint(json, "cache_creation_input_tokens", 0);
    json_field_uint(json, "cache_read_input_tokens", 0);
    json_field_uint(json, "output_tokens", output_tokens);
    json_object_end(json);
}

static void write_call_head(struct json_writer *json, const struct speech *speech) {
    json_object_begin(json);
    json_field_string(json, "type", "tool_use");
    write_id(json, "toolu", speech);
    json_field_string(json, "name", speech->call.tool);
    json_key(json, "input");
}

void speech_write_messages(const struct speech *speech, struct json_writer *json) {
    write_head(json, speech);
    if (!speech->has_no_blocks) {
        json_object_begin(json);
        json_field_string(json, "type", "text");
        json_field_slice(json, "text", speech->words);
        json_object_end(json);
    }
    if (speech->call.tool) {
        write_call_head(json, speech);
        speech_write_arguments(&speech->call, json);
        json_object_end(json);
    }
    json_array_end(json);
    json_field_string(json, "stop_reason", model_stop_name(speech->stop));
    json_field_null(json, "stop_sequence");
    write_usage(json, speech, speech->output_tokens);
    json_object_end(json);
}

static struct json_writer *begin(struct speech_events *events, const char *type) {
    speech_event_begin(events, type);
    json_object_begin(&events->json);
    json_field_string(&events->json, "type", type);
    return &events->json;
}

static void end(struct speech_events *events, uint64_t tokens) {
    json_object_end(&events->json);
    speech_event_end(events, tokens);
}

static void stream_start(struct speech_events *events) {
    struct json_writer *json = begin(events, "message_start");
    json_key(json, "message");
    write_head(json, events->speech);
    json_array_end(json);
    json_field_null(json, "stop_reason");
    json_field_null(json, "stop_sequence");
    write_usage(json, events->speech, 1);
    json_object_end(json);
    end(events, 0);
}

static void stream_delta(
    struct speech_events *events, unsigned index, bool is_text, struct slice piece) {
    struct json_writer *json = begin(events, "content_block_delta");
    json_field_uint(json, "index", index);
    json_key(json, "delta");
    json_object_begin(json);
    json_field_string(json, "type", is_text ? "text_delta" : "input_json_delta");
    json_field_slice(json, is_text ? "text" : "partial_json", piece);
    json_object_end(json);
    end(events, speech_tokens(piece.length));
}

static void stream_pieces(
    struct speech_events *events, unsigned index, bool is_text, struct slice rest) {
    struct random random;
    random_seed(&random, events->speech->hash);
    while (rest.length > 0) {
        stream_delta(events, index, is_text, speech_take(&rest, &random));
    }
    struct json_writer *json = begin(events, "content_block_stop");
    json_field_uint(json, "index", index);
    end(events, 0);
}

static void stream_words(struct speech_events *events) {
    struct json_writer *json = begin(events, "content_block_start");
    json_field_uint(json, "index", 0);
    json_key(json, "content_block");
    json_object_begin(json);
    json_field_string(json, "type", "text");
    json_field_string(json, "text", "");
    json_object_end(json);
    end(events, 0);
    begin(events, "ping");
    end(events, 0);
    stream_pieces(events, 0, true, events->speech->words);
}

static void stream_call(struct speech_events *events) {
    const struct speech *speech = events->speech;
    struct json_writer *json = begin(events, "content_block_start");
    json_field_uint(json, "index", 1);
    json_key(json, "content_block");
    write_call_head(json, speech);
    json_object_begin(json);
    json_object_end(json);
    json_object_end(json);
    end(events, 0);
    /* The real one begins with an empty piece, too. */
    stream_delta(events, 1, false, slice_of(""));
    struct buffer arguments;
    buffer_init(&arguments, SPEECH_EVENT_MAX);
    struct json_writer to = json_writer_to(&arguments);
    speech_write_arguments(&speech->call, &to);
    stream_pieces(events, 1, false, buffer_slice(&arguments));
    buffer_clear(&arguments);
}

void speech_stream_messages(struct speech_events *events) {
    const struct speech *speech = events->speech;
    stream_start(events);
    if (!speech->has_no_blocks) stream_words(events);
    if (speech->call.tool) stream_call(events);
    struct json_writer *json = begin(events, "message_delta");
    json_key(json, "delta");
    json_object_begin(json);
    json_field_string(json, "stop_reason", model_stop_name(speech->stop));
    json_field_null(json, "stop_sequence");
    json_object_end(json);
    write_usage(json, speech, speech->output_tokens);
    end(events, 0);
    begin(events, "message_stop");
    end(events, 0);
}
