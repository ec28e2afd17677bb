/* SPDX-License-Identifier: MIT */
#include "io/http_take.h"

#include <stdio.h>
#include <string.h>

#include "base/panic.h"
#include "io/http_link.h"
#include "io/loop.h"

enum {
    BODY_DEFAULT = 1024 * 1024,
    HEADERS_SIZE = HTTP_HEADER_BYTES_MAX + 2 * HTTP_HEADERS_MAX,
};

_Static_assert(
    (int)HTTP_READER_HEAD_MAX == (int)HTTP_HEADER_BYTES_MAX, "one limit of headers");

void http_take_init(struct http_take *take) {
    buffer_init(&take->held, HTTP_READER_HEAD_MAX + HTTP_LINK_READ_SIZE);
    buffer_init(&take->headers, HEADERS_SIZE);
    buffer_init(&take->body, BODY_DEFAULT);
}

void http_take_clear(struct http_take *take) {
    buffer_clear(&take->held);
    buffer_clear(&take->headers);
    buffer_clear(&take->body);
}

size_t http_take_capacity(const struct http_take *take) {
    return take->held.capacity + take->headers.capacity + take->body.capacity;
}

void http_take_begin(
    struct http_take *take, const struct http_request *request, const char *peer) {
    take->peer = peer;
    take->error.code = ERROR_NONE;
    take->error.message[0] = '\0';
    take->reader = (struct http_reader){
        .to_head = request->method && strcmp(request->method, "HEAD") == 0};
    buffer_reset(&take->held);
    buffer_reset(&take->headers);
    buffer_reset(&take->body);
    take->body.limit = request->body_max_bytes ? request->body_max_bytes : BODY_DEFAULT;
    take->header_count = 0;
    take->first_byte_ns = 0;
    take->on_bytes = request->on_bytes;
    take->bytes_owner = request->bytes_owner;
}

void http_take_fail(struct http_take *take, enum error_code code, const char *words) {
    error_set(&take->error, code, "%s: %s", take->peer, words);
}

static enum http_take_state fail(
    struct http_take *take, enum error_code code, const char *words) {
    http_take_fail(take, code, words);
    return HTTP_TAKE_OVER;
}

static void add_in_lower_case(struct buffer *to, struct slice name) {
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        buffer_add_char(to, c >= 'A' && c <= 'Z' ? (char)(c | 32) : c);
    }
}

static enum http_take_state take_header(struct http_take *take) {
    if (take->header_count == HTTP_HEADERS_MAX) {
        return fail(take, ERROR_LIMIT, "too many headers");
    }
    add_in_lower_case(&take->headers, take->reader.name);
    buffer_add_char(&take->headers, '\0');
    buffer_add(&take->headers, take->reader.value.data, take->reader.value.length);
    buffer_add_char(&take->headers, '\0');
    take->header_count++;
    return HTTP_TAKE_MORE;
}

/* A HEAD may announce any size; a body that is announced too large is not begun. */
static enum http_take_state take_head(struct http_take *take) {
    bool large = take->reader.state == HTTP_READER_LENGTH &&
                 take->reader.length > take->body.limit;
    if (!large) return HTTP_TAKE_MORE;
    return fail(take, ERROR_LIMIT, "the body is announced too large");
}

static enum http_take_state take_body(struct http_take *take) {
    struct slice piece = take->reader.piece;
    if (buffer_add(&take->body, piece.data, piece.length)) {
        if (take->on_bytes) take->on_bytes(take->bytes_owner, piece);
        return HTTP_TAKE_MORE;
    }
    char words[64];
    snprintf(words, sizeof words, "a body of more than %zu bytes", take->body.limit);
    return fail(take, ERROR_LIMIT, words);
}

static enum http_take_state take_step(
    struct http_take *take, enum http_reader_step step, size_t left) {
    switch (step) {
    case HTTP_STEP_MORE: return HTTP_TAKE_MORE;
    case HTTP_STEP_HEADER: return take_header(take);
    case HTTP_STEP_INTERIM:
        buffer_reset(&take->headers);
        take->header_count = 0;
        return HTTP_TAKE_MORE;
    case HTTP_STEP_HEAD: return take_head(take);
    case HTTP_STEP_BODY: return take_body(take);
    case HTTP_STEP_END:
        /* What comes behind the answer nobody has asked for. */
        return take->reader.keep_alive && left == 0 ? HTTP_TAKE_REUSABLE
                                                    : HTTP_TAKE_OVER;
    case HTTP_STEP_BAD: return fail(take, take->reader.code, take->reader.words);
    }
    return HTTP_TAKE_OVER;
}

static enum http_take_state take_all(struct http_take *take, struct slice *bytes) {
    enum http_reader_step step;
    while ((step = http_reader_next(&take->reader, bytes)) != HTTP_STEP_MORE) {
        enum http_take_state state = take_step(take, step, bytes->length);
        if (state != HTTP_TAKE_MORE) return state;
    }
    return HTTP_TAKE_MORE;
}

/* What a line has begun with waits for its end. */
static void hold(struct http_take *take, struct slice bytes) {
    ensure(buffer_add(&take->held, bytes.data, bytes.length));
}

enum http_take_state http_take_bytes(struct http_take *take, struct slice bytes) {
    if (take->first_byte_ns == 0) take->first_byte_ns = loop_clock_ns();
    bool again = take->held.length > 0;
    if (again) {
        hold(take, bytes);
        bytes = buffer_slice(&take->held);
    }
    enum http_take_state state = take_all(take, &bytes);
    if (state != HTTP_TAKE_MORE) return state;
    if (again) {
        buffer_consume(&take->held, take->held.length - bytes.length);
    } else {
        hold(take, bytes);
    }
    return HTTP_TAKE_MORE;
}

void http_take_end(struct http_take *take, int number) {
    if (number != 0) {
        http_take_fail(take, ERROR_LOST, strerrordesc_np(number));
    } else if (http_reader_end(&take->reader) == HTTP_STEP_BAD) {
        http_take_fail(take, take->reader.code, take->reader.words);
    }
}

static void list_headers(struct http_take *take, struct http_header *headers) {
    const char *at = buffer_string(&take->headers);
    for (uint32_t i = 0; i < take->header_count; i++) {
        headers[i].name = at;
        at += strlen(at) + 1;
        headers[i].value = at;
        at += strlen(at) + 1;
    }
}

void http_take_reply(
    struct http_take *take, struct http_header *headers, struct http_reply *reply) {
    list_headers(take, headers);
    reply->error = take->error;
    reply->status = take->reader.status;
    reply->body = buffer_slice(&take->body);
    reply->headers = headers;
    reply->header_count = take->header_count;
    reply->first_byte_ns = take->first_byte_ns;
}
