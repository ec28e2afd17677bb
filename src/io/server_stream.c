/* SPDX-License-Identifier: MIT */
#include "io/server_stream.h"

#include <sys/socket.h>

#include "base/panic.h"
#include "io/loop.h"
#include "io/server_state.h"

void server_stream_start(
    struct server_request *request, unsigned status, const char *content_type) {
    ensure(request->state == REQUEST_WAITING);
    buffer_init(&request->stream.queue, SERVER_STREAM_QUEUE_MAX);
    request->stream.is_open = true;
    server_request_prepare_stream(
        request, status, content_type, request->connection->server->draining);
    server_resume(request, REQUEST_READY);
}

static void wake(struct server_request *request) {
    if (!request->is_suspended) return;
    server_resume(request, REQUEST_SENDING);
}

/* Nothing more is sent. A client that does not read keeps libmicrohttpd waiting for
 * room: only the end of the connection wakes it then. */
static void close_early(struct server_request *request) {
    struct request_stream *stream = &request->stream;
    stream->is_cut = true;
    buffer_clear(&stream->queue);
    if (request->is_suspended) {
        wake(request);
    } else {
        shutdown(request->connection->descriptor, SHUT_RDWR);
    }
}

bool server_stream_send(struct server_request *request, struct slice piece) {
    struct request_stream *stream = &request->stream;
    ensure(stream->is_open);
    if (stream->is_cut || request->state == REQUEST_LOST) return false;
    if (!buffer_add(&stream->queue, piece.data, piece.length)) {
        close_early(request);
        return false;
    }
    if (piece.length > 0) wake(request);
    return true;
}

void server_stream_widen(struct server_request *request, size_t bytes) {
    request->stream.queue.limit += bytes;
}

size_t server_stream_room(const struct server_request *request) {
    const struct buffer *queue = &request->stream.queue;
    return queue->limit - queue->length;
}

void server_stream_end(struct server_request *request) {
    ensure(request->stream.is_open);
    request->stream.is_open = false;
    request->sending_ns = loop_clock_ns();
    if (request->state != REQUEST_LOST) wake(request);
}

void server_stream_cut(struct server_request *request) {
    request->stream.is_cut = true;
    server_stream_end(request);
}

void server_stream_break(struct server_request *request) {
    request->stream.is_open = false;
    close_early(request);
}
