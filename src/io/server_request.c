/* SPDX-License-Identifier: MIT */
#include "io/server_request.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <microhttpd.h>

#include "base/json_writer.h"
#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"

enum {
    EXTRA_HEADERS_BYTES_MAX = 8 * 1024,
    PATIENCE = 4, /* so many times the limit is read before the connection is cut */
    REFUSAL_BYTES_MAX = 256,
    REFUSAL_CODE_SIZE = 64,
    STREAM_BLOCK_BYTES = 1024, /* of a client that knows no chunks */
};

struct server_request *server_request_new(
    struct server_connection *connection, struct MHD_Connection *mhd,
    size_t body_max_bytes) {
    struct server_request *request = memory_new(sizeof *request);
    request->connection = connection;
    request->mhd = mhd;
    buffer_init(&request->body, body_max_bytes);
    buffer_init(&request->extra_headers, EXTRA_HEADERS_BYTES_MAX);
    return request;
}

void server_request_free(struct server_request *request) {
    if (request->response) MHD_destroy_response(request->response);
    buffer_clear(&request->body);
    buffer_clear(&request->extra_headers);
    buffer_clear(&request->stream.queue);
    free(request);
}

/* What decides where a body ends, and for whom it is:
 * two answers to that are a smuggled request. */
struct framing {
    unsigned lengths, encodings, hosts;
    bool chunked;
    uint64_t length;
};

static enum MHD_Result on_framing_header(
    void *owner, enum MHD_ValueKind kind, const char *name, const char *value) {
    struct framing *framing = owner;
    (void)kind;
    if (strcasecmp(name, "Content-Length") == 0) {
        framing->lengths++;
        if (!value || !slice_u64(slice_of(value), &framing->length)) {
            framing->length = UINT64_MAX;
        }
    } else if (strcasecmp(name, "Transfer-Encoding") == 0) {
        framing->encodings++;
        framing->chunked = value && strcasecmp(value, "chunked") == 0;
    } else if (strcasecmp(name, "Host") == 0) {
        framing->hosts++;
    }
    return MHD_YES;
}

unsigned server_request_check(const struct server_request *request) {
    struct framing framing = {0};
    MHD_get_connection_values(
        request->mhd, MHD_HEADER_KIND, on_framing_header, &framing);
    if (framing.lengths > 1 || framing.encodings > 1) return MHD_HTTP_BAD_REQUEST;
    if (framing.hosts > 1) return MHD_HTTP_BAD_REQUEST;
    if (framing.lengths > 0 && framing.encodings > 0) return MHD_HTTP_BAD_REQUEST;
    if (framing.encodings > 0 && !framing.chunked) return MHD_HTTP_BAD_REQUEST;
    if (framing.length == UINT64_MAX) return MHD_HTTP_BAD_REQUEST;
    if (framing.length > request->body.limit) return MHD_HTTP_CONTENT_TOO_LARGE;
    return 0;
}

bool server_request_receive(
    struct server_request *request, const char *bytes, size_t length) {
    request->body_seen_bytes += length;
    if (!request->body.overflow) buffer_add(&request->body, bytes, length);
    return request->body_seen_bytes <= PATIENCE * request->body.limit;
}

static void add_extra_headers(struct server_request *request) {
    struct scan scan = scan_of(buffer_slice(&request->extra_headers));
    while (!scan_done(&scan)) {
        const char *name = scan_until(&scan, '\0').data;
        const char *value = scan_until(&scan, '\0').data;
        /* What cannot be a header is left out by libmicrohttpd. */
        MHD_add_response_header(request->response, name, value);
    }
}

static void prepare(
    struct server_request *request, unsigned status, const char *content_type,
    bool close) {
    if (!request->response) panic("out of memory answering a request");
    request->status = status;
    if (content_type) {
        MHD_add_response_header(request->response, "Content-Type", content_type);
    }
    if (close) MHD_add_response_header(request->response, "Connection", "close");
    add_extra_headers(request);
}

void server_request_prepare(
    struct server_request *request, unsigned status, const char *content_type,
    struct slice body, bool close) {
    ensure(!request->response);
    request->response = MHD_create_response_from_buffer(
        body.length, memory_copy_bytes(body.data, body.length), MHD_RESPMEM_MUST_FREE);
    prepare(request, status, content_type, close);
}

/* Called when the socket takes more, and by a run after a resume. */
static ssize_t read_stream(void *owner, uint64_t position, char *to, size_t most) {
    struct server_request *request = owner;
    struct request_stream *stream = &request->stream;
    size_t length = stream->queue.length;
    (void)position;
    if (length > most) length = most;
    if (length > 0) {
        memcpy(to, stream->queue.data, length);
        buffer_consume(&stream->queue, length);
        /* A thousand streams that wait must not keep what they once needed. */
        if (stream->queue.length == 0) buffer_clear(&stream->queue);
        return (ssize_t)length;
    }
    if (stream->is_cut) return MHD_CONTENT_READER_END_WITH_ERROR;
    if (!stream->is_open) return MHD_CONTENT_READER_END_OF_STREAM;
    request->is_suspended = true;
    MHD_suspend_connection(request->mhd);
    return 0;
}

void server_request_prepare_stream(
    struct server_request *request, unsigned status, const char *content_type,
    bool close) {
    ensure(!request->response);
    request->response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, read_stream, request, NULL);
    prepare(request, status, content_type, close);
}

/* "Content Too Large" as "content_too_large". */
static void write_code(struct json_writer *json, const char *phrase) {
    char code[REFUSAL_CODE_SIZE];
    struct text text = TEXT_IN(code);
    for (; *phrase; phrase++) {
        text_add_char(&text, *phrase == ' ' ? '_' : (char)(*phrase | 0x20));
    }
    json_field_string(json, "code", code);
}

void server_request_refuse(struct server_request *request, unsigned status) {
    const char *phrase = MHD_get_reason_phrase_for(status);
    struct buffer body;
    buffer_init(&body, REFUSAL_BYTES_MAX);
    struct json_writer json = json_writer_to(&body);
    json_object_begin(&json);
    json_key(&json, "error");
    json_object_begin(&json);
    write_code(&json, phrase);
    json_field_string(&json, "message", phrase);
    json_object_end(&json);
    json_object_end(&json);
    server_request_prepare(
        request, status, "application/json", buffer_slice(&body), true);
    buffer_clear(&body);
}

bool server_request_send(struct server_request *request, uint64_t now_ns) {
    request->state = REQUEST_SENDING;
    request->sending_ns = now_ns;
    return MHD_queue_response(request->mhd, request->status, request->response) ==
           MHD_YES;
}

const char *server_request_method(const struct server_request *request) {
    return request->method;
}

const char *server_request_path(const struct server_request *request) {
    return request->path;
}

const char *server_request_header(
    const struct server_request *request, const char *name) {
    return MHD_lookup_connection_value(request->mhd, MHD_HEADER_KIND, name);
}

struct slice server_request_body(const struct server_request *request) {
    return buffer_slice(&request->body);
}

uint64_t server_request_started_ns(const struct server_request *request) {
    return request->started_ns;
}

void server_request_set_data(struct server_request *request, void *data) {
    request->data = data;
}

void *server_request_data(const struct server_request *request) {
    return request->data;
}

void server_add_header(
    struct server_request *request, const char *name, const char *value) {
    size_t size = strlen(name) + 1 + strlen(value) + 1;
    struct buffer *to = &request->extra_headers;
    ensure(to->limit - to->length >= size);
    buffer_add(to, name, strlen(name) + 1);
    buffer_add(to, value, strlen(value) + 1);
}
