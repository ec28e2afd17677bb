/* SPDX-License-Identifier: MIT */
#include "agent/model_stream.h"

#include "agent/messages.h"

void model_stream_init(
    struct model_stream *stream, const struct stream_format *format) {
    *stream = (struct model_stream){.format = format, .stop = STOP_OTHER};
    event_reader_init(&stream->events);
    stream_block_init(&stream->block);
    openai_message_init(&stream->message);
    buffer_init(&stream->blocks, MODEL_ANSWER_MAX);
    buffer_init(&stream->words, MODEL_TEXT_MAX);
}

void model_stream_clear(struct model_stream *stream) {
    event_reader_clear(&stream->events);
    stream_block_clear(&stream->block);
    openai_message_clear(&stream->message);
    buffer_clear(&stream->blocks);
    buffer_clear(&stream->words);
}

bool model_stream_take(
    struct model_stream *stream, struct slice bytes, struct error *err) {
    struct slice data;
    while (!stream->ended && event_reader_next(&stream->events, &bytes, &data)) {
        if (!stream->format->take(stream, data, err)) return false;
    }
    return !stream->events.overflow ||
           error_set(err, ERROR_LIMIT, "an event over %d bytes", EVENT_DATA_MAX);
}

bool model_stream_rest(struct model_stream *stream, struct error *err) {
    struct slice data;
    bool has_rest = !stream->ended && event_reader_rest(&stream->events, &data);
    if (has_rest && !stream->format->take(stream, data, err)) return false;
    return stream->ended || stream->format->end(stream, err);
}

static bool may_be_cut(enum model_stop stop) {
    return stop == STOP_MAX_TOKENS || stop == STOP_CONTEXT || stop == STOP_REFUSAL;
}

static bool read_whole(
    struct model_stream *stream, struct model_answer *answer, struct error *err) {
    struct buffer body;
    buffer_init(&body, MODEL_ANSWER_MAX);
    buffer_add_string(&body, "{\"content\":[");
    buffer_add(&body, stream->blocks.data, stream->blocks.length);
    buffer_addf(&body, "],\"stop_reason\":\"%s\"}", model_stop_name(stream->stop));
    bool fits = !body.overflow && !stream->blocks.overflow;
    bool is_read = fits && messages_read(answer, buffer_slice(&body), err);
    buffer_clear(&body);
    if (!fits) {
        return error_set(err, ERROR_LIMIT, "an answer over %d bytes", MODEL_ANSWER_MAX);
    }
    if (is_read) answer->usage = stream->usage;
    return is_read;
}

bool model_stream_answer(
    struct model_stream *stream, struct model_answer *answer, struct error *err) {
    if (!stream->ended) {
        return error_set(err, ERROR_PROTOCOL, "the stream ended before the answer");
    }
    if (stream->was_cut && !may_be_cut(stream->stop)) {
        return error_set(
            err, ERROR_PROTOCOL, "a tool call whose input is no JSON object");
    }
    return read_whole(stream, answer, err);
}

bool model_stream_add_words(
    struct model_stream *stream, struct slice words, struct error *err) {
    return buffer_add(&stream->words, words.data, words.length) ||
           error_set(err, ERROR_LIMIT, "an answer over %d bytes", MODEL_TEXT_MAX);
}

bool model_stream_fail(
    struct model_stream *stream, struct slice data, struct error *err) {
    stream->failed = true;
    model_complaint_read(&stream->complaint, data);
    return error_set(
        err, ERROR_REPLY, "the model gave up: %s", stream->complaint.message);
}
