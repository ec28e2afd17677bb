/* SPDX-License-Identifier: MIT */
#include "agent/chat_stream.h"

#include <stdlib.h>

#include "agent/agent.h"
#include "agent/answer.h"
#include "agent/chat_body.h"
#include "agent/chat_headers.h"
#include "agent/exchange.h"
#include "agent/service.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "io/loop.h"
#include "io/server.h"
#include "io/server_stream.h"

enum {
    EVENT_EXTRA = 64, /* bytes around the data of an event */
    LONG_EVENT = SERVER_STREAM_QUEUE_MAX / 4
};

struct chat_stream {
    struct exchange *exchange; /* borrowed */
    uint64_t ping_ns;
    struct loop_timer *ping; /* the next one */
    bool has_begun;
};

static void on_ping(void *owner, uint64_t now_ns);

static void expect_ping(struct chat_stream *stream) {
    loop_timer_free(stream->ping);
    stream->ping = loop_after(
        stream->exchange->service->agent->loop, stream->ping_ns, on_ping, stream);
}

struct chat_stream *chat_stream_new(struct exchange *exchange, uint64_t ping_ns) {
    struct chat_stream *stream = memory_new(sizeof *stream);
    stream->exchange = exchange;
    stream->ping_ns = ping_ns;
    expect_ping(stream);
    return stream;
}

void chat_stream_free(struct chat_stream *stream) {
    if (!stream) return;
    loop_timer_free(stream->ping);
    free(stream);
}

bool chat_stream_has_begun(const struct chat_stream *stream) {
    return stream->has_begun;
}

static void begin(struct chat_stream *stream) {
    if (stream->has_begun) return;
    stream->has_begun = true;
    struct server_request *request = stream->exchange->request;
    server_add_header(request, "Cache-Control", "no-cache");
    /* Else nginx would collect the words and pass them on in lumps. */
    server_add_header(request, "X-Accel-Buffering", "no");
    chat_headers_add_streaming(stream->exchange->request, stream->exchange->job_id);
    exchange_start_stream(stream->exchange, ANSWER_EVENTS);
}

/* Whether the client keeps up is the server's business: it abandons the exchange. */
static void send(struct chat_stream *stream, struct slice bytes) {
    begin(stream);
    /* A client is slow that lets much wait, not one that is told much at once. */
    if (bytes.length > LONG_EVENT) {
        server_stream_widen(stream->exchange->request, bytes.length);
    }
    (void)server_stream_send(stream->exchange->request, bytes);
    expect_ping(stream);
}

static void on_ping(void *owner, uint64_t now_ns) {
    struct chat_stream *stream = owner;
    stream->ping = NULL;
    (void)now_ns;
    send(stream, slice_of(": ping\n\n"));
}

static void event_open(struct buffer *event, const char *name) {
    buffer_init(event, CHAT_BODY_MAX + EVENT_EXTRA);
    buffer_addf(event, "event: %s\ndata: ", name);
}

static void event_send(struct chat_stream *stream, struct buffer *event) {
    buffer_add_string(event, "\n\n");
    send(stream, buffer_slice(event));
    buffer_clear(event);
}

void chat_stream_text(struct chat_stream *stream, struct slice text) {
    struct buffer event;
    event_open(&event, "text");
    struct json_writer json = json_writer_to(&event);
    json_object_begin(&json);
    json_field_slice(&json, "text", text);
    json_object_end(&json);
    event_send(stream, &event);
}

void chat_stream_calls(struct chat_stream *stream, struct slice calls) {
    struct buffer event;
    event_open(&event, "tool_calls");
    struct json_writer json = json_writer_to(&event);
    json_object_begin(&json);
    json_key(&json, "tool_calls");
    json_array_begin(&json);
    json_raw(&json, calls);
    json_array_end(&json);
    json_object_end(&json);
    event_send(stream, &event);
}

void chat_stream_end(struct chat_stream *stream, bool has_failed, struct slice body) {
    struct buffer event;
    event_open(&event, has_failed ? "error" : "message_stop");
    buffer_add(&event, body.data, body.length);
    event_send(stream, &event);
}
