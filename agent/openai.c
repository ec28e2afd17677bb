/* SPDX-License-Identifier: MIT */
#include "agent/openai.h"

#include "agent/messages.h"
#include "io/json.h"

/* clang-format off */
/*    reason            stop */
#define REASONS(X) \
    X("stop",           STOP_END_TURN), \
    X("length",         STOP_MAX_TOKENS), \
    X("tool_calls",     STOP_TOOL_USE), \
    X("content_filter", STOP_REFUSAL)
/* clang-format on */

static const struct {
    const char *reason;
    enum model_stop stop;
} reasons[] = {
#define X(reason, stop) \
    { (reason), (stop) }
    REASONS(X)
#undef X
};

static enum model_stop stop_of(struct slice reason) {
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (slice_equals(reason, reasons[i].reason)) return reasons[i].stop;
    }
    return STOP_OTHER;
}

/* What was read from a cache is part of the prompt here, and is not with us. */
static void read_usage(struct usage *usage, const struct node *map) {
    uint64_t prompt = usage->input + usage->cache_read;
    messages_read_count(&prompt, map, "prompt_tokens");
    messages_read_count(&usage->output, map, "completion_tokens");
    messages_read_count(
        &usage->cache_read, node_get(map, "prompt_tokens_details"), "cached_tokens");
    messages_read_count(
        &usage->thinking, node_get(map, "completion_tokens_details"),
        "reasoning_tokens");
    if (usage->cache_read > prompt) usage->cache_read = prompt;
    usage->input = prompt - usage->cache_read;
}

/* A whole message of a choice, or the delta of one. */
static bool take_piece(
    struct model_stream *stream, const struct node *piece, struct error *err) {
    struct openai_message *message = &stream->message;
    size_t known = message->text.length;
    size_t calls = message->call_count;
    if (!openai_message_add(message, piece, err)) return false;
    bool has_words = message->text.length > known;
    if (has_words || message->call_count > calls) stream->begun = true;
    if (!has_words) return true;
    struct slice words = {message->text.data + known, message->text.length - known};
    return model_stream_add_words(stream, words, err);
}

static bool take_chunk(
    struct model_stream *stream, const struct node *root, const char *piece,
    struct error *err) {
    const struct node *choices = node_get(root, "choices");
    if (!choices || choices->kind != NODE_LIST) {
        return error_set(err, ERROR_PROTOCOL, "no choices in the model's answer");
    }
    read_usage(&stream->usage, node_get(root, "usage"));
    const struct node *reason = node_get(choices->first, "finish_reason");
    if (reason && reason->kind == NODE_STRING) {
        stream->stop = stop_of(reason->string);
        stream->stopped = true;
    }
    const struct node *said = node_get(choices->first, piece);
    return !said || said->kind != NODE_MAP || take_piece(stream, said, err);
}

/* Some servers say "stop" where they want their calls to be answered. */
static enum model_stop real_stop(const struct model_stream *stream) {
    bool is_end = stream->stop == STOP_END_TURN || stream->stop == STOP_OTHER;
    if (stream->message.is_refusal) return STOP_REFUSAL;
    return is_end && stream->message.call_count > 0 ? STOP_TOOL_USE : stream->stop;
}

static bool end_answer(struct model_stream *stream, struct error *err) {
    stream->stop = real_stop(stream);
    stream->ended =
        openai_message_write(&stream->message, &stream->blocks, &stream->was_cut, err);
    return stream->ended;
}

static bool take_data(
    struct model_stream *stream, struct slice data, struct error *err) {
    if (slice_equals(slice_trim(data), "[DONE]")) return end_answer(stream, err);
    struct document *document = json_parse(data, err);
    if (!document) return error_wrap(err, "an event of the model");
    const struct node *root = document_root(document);
    bool is_good = node_get(root, "error") ? model_stream_fail(stream, data, err)
                                           : take_chunk(stream, root, "delta", err);
    document_free(document);
    return is_good;
}

static bool end(struct model_stream *stream, struct error *err) {
    if (stream->stopped) return end_answer(stream, err);
    return error_set(err, ERROR_PROTOCOL, "the stream ended before the answer did");
}

const struct stream_format openai_stream = {.take = take_data, .end = end};

static bool has_message(const struct node *root) {
    const struct node *choices = node_get(root, "choices");
    const struct node *message = choices ? node_get(choices->first, "message") : NULL;
    return message && message->kind == NODE_MAP;
}

/* An answer that comes at once is a stream of one piece. */
bool openai_read(struct model_answer *answer, struct slice body, struct error *err) {
    struct document *document = json_parse(body, err);
    if (!document) return error_wrap(err, "the model's answer");
    const struct node *root = document_root(document);
    struct model_stream stream;
    model_stream_init(&stream, &openai_stream);
    bool is_read = has_message(root) ||
                   error_set(err, ERROR_PROTOCOL, "no message in the model's answer");
    is_read = is_read && take_chunk(&stream, root, "message", err) &&
              end_answer(&stream, err) && model_stream_answer(&stream, answer, err);
    model_stream_clear(&stream);
    document_free(document);
    return is_read;
}
