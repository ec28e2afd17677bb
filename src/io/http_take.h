/* An answer as it is collected from the wire, within its limits. For io/http only. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "core/http_reader.h"
#include "io/http.h"

struct http_take {
    const char *peer;   /* borrowed; its name in errors */
    struct error error; /* why there is no whole answer */
    struct http_reader reader;
    struct buffer held;          /* bytes that have to be presented again */
    struct buffer headers, body; /* headers: name NUL value NUL ... */
    uint32_t header_count;
    uint64_t first_byte_ns;                                  /* monotonic; 0 for none */
    void (*on_bytes)(void *bytes_owner, struct slice bytes); /* NULL for none */
    void *bytes_owner;
};

enum http_take_state {
    HTTP_TAKE_MORE,
    HTTP_TAKE_OVER,     /* with an answer or an error */
    HTTP_TAKE_REUSABLE, /* with an answer, and the connection may serve again */
};

void http_take_init(struct http_take *take);
void http_take_clear(struct http_take *take);
size_t http_take_capacity(const struct http_take *take); /* bytes of its buffers */

/* Another answer begins. */
void http_take_begin(
    struct http_take *take, const struct http_request *request, const char *peer);
enum http_take_state http_take_bytes(struct http_take *take, struct slice bytes);

/* The connection has ended: by the peer for 0, or with that errno. */
void http_take_end(struct http_take *take, int number);
void http_take_fail(struct http_take *take, enum error_code code, const char *words);

/* All of the reply but its times; first_byte_ns is still monotonic. It borrows from
 * `take` and from `headers`, which has HTTP_HEADERS_MAX places. */
void http_take_reply(
    struct http_take *take, struct http_header *headers, struct http_reply *reply);
