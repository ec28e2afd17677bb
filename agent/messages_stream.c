/* SPDX-License-Identifier: MIT */
#include "agent/messages_stream.h"

#include "agent/messages.h"
#include "io/json.h"

enum { BLOCK_INDEX_MAX = 65536 };

typedef bool (*event_fn)(
    struct model_stream *stream, const struct node *event, struct error *err);

static bool on_message_start(
    struct model_stream *stream, const struct node *event, struct error *err) {
    (void)err;
    messages_read_usage(&stream->usage, node_get(node_get(event, "message"), "usage"));
    return true;
}

static void close_block(struct model_stream *stream) {
    if (!stream->block.open) return;
    if (!stream_block_close(&stream->block, &stream->blocks)) stream->was_cut = true;
}

static bool on_block_start(
    struct model_stream *stream, const struct node *event, struct error *err) {
    int64_t index = 0;
    close_block(stream);
    if (!node_integer(event, "index", 0, BLOCK_INDEX_MAX, &index)) {
        return error_set(err, ERROR_PROTOCOL, "a content block without its number");
    }
    const struct node *start = node_get(event, "content_block");
    const struct node *words = node_get(start, "text");
    stream->begun = true;
    if (!stream_block_open(&stream->block, index, start, err)) return false;
    bool has_words = stream->block.is_text && words && words->kind == NODE_STRING;
    return !has_words || model_stream_add_words(stream, words->string, err);
}

/* Blocks come one after the other: what speaks of another one is lost. */
static bool is_of_block(
    const struct model_stream *stream, const struct node *event, struct error *err) {
    int64_t index = -1;
    node_integer(event, "index", 0, BLOCK_INDEX_MAX, &index);
    return (stream->block.open && stream->block.index == index) ||
           error_set(
               err, ERROR_PROTOCOL, "a piece of a content block that is not open");
}

static bool on_block_delta(
    struct model_stream *stream, const struct node *event, struct error *err) {
    struct slice words;
    if (!is_of_block(stream, event, err)) return false;
    stream->begun = true;
    return stream_block_add(&stream->block, node_get(event, "delta"), &words, err) &&
           model_stream_add_words(stream, words, err);
}

static bool on_block_stop(
    struct model_stream *stream, const struct node *event, struct error *err) {
    if (!is_of_block(stream, event, err)) return false;
    close_block(stream);
    return true;
}

/* The usage is that of the whole answer so far, not of a piece. */
static bool on_message_delta(
    struct model_stream *stream, const struct node *event, struct error *err) {
    (void)err;
    const struct node *reason = node_get(node_get(event, "delta"), "stop_reason");
    if (reason && reason->kind == NODE_STRING) stream->stop = messages_stop(reason);
    messages_read_usage(&stream->usage, node_get(event, "usage"));
    return true;
}

static bool on_message_stop(
    struct model_stream *stream, const struct node *event, struct error *err) {
    (void)event;
    (void)err;
    close_block(stream);
    stream->ended = true;
    return true;
}

/* clang-format off */
/*    type                   what it does */
#define EVENTS(X) \
    X("message_start",       on_message_start), \
    X("content_block_start", on_block_start), \
    X("content_block_delta", on_block_delta), \
    X("content_block_stop",  on_block_stop), \
    X("message_delta",       on_message_delta), \
    X("message_stop",        on_message_stop)
/* clang-format on */

static const struct {
    const char *type;
    event_fn take;
} events[] = {
#define X(type, take) \
    { (type), (take) }
    EVENTS(X)
#undef X
};

static bool take_event(
    struct model_stream *stream, const struct node *event, struct error *err) {
    const struct node *type = node_get(event, "type");
    if (!type || type->kind != NODE_STRING) {
        return error_set(err, ERROR_PROTOCOL, "an event without a type");
    }
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        if (slice_equals(type->string, events[i].type)) {
            return events[i].take(stream, event, err);
        }
    }
    return true;
}

static bool take_data(
    struct model_stream *stream, struct slice data, struct error *err) {
    struct document *document = json_parse(data, err);
    if (!document) return error_wrap(err, "an event of the model");
    const struct node *event = document_root(document);
    const struct node *type = node_get(event, "type");
    bool is_error =
        type && type->kind == NODE_STRING && slice_equals(type->string, "error");
    bool is_good = is_error ? model_stream_fail(stream, data, err)
                            : take_event(stream, event, err);
    document_free(document);
    return is_good;
}

static bool end(struct model_stream *stream, struct error *err) {
    (void)stream;
    return error_set(err, ERROR_PROTOCOL, "the stream ended before the answer did");
}

const struct stream_format messages_stream = {.take = take_data, .end = end};
