/* What comes back from a peer: headers and body within their limits, and in words why
 * there is none. For io/http only. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "io/http.h"

enum { HTTP_WORDS_SIZE = 256 };

struct http_answer {
    const char *peer;   /* borrowed; its name in errors */
    struct error error; /* why we ended it, when it was us */
    bool head_ended;    /* the empty line behind the headers came */
    bool body_seen;     /* headers that come now are trailers */
    uint32_t header_count;
    struct buffer header_bytes; /* name NUL value NUL ... */
    size_t header_bytes_seen;   /* of every reply, 1xx and trailers included */
    struct buffer body;
    void (*on_bytes)(void *bytes_owner, struct slice bytes); /* NULL for none */
    void *bytes_owner;
    char words[HTTP_WORDS_SIZE]; /* curl's own for an error */
};

/* Lets `curl`, a CURL, deliver into the answer, which must not move. */
void http_answer_init(
    struct http_answer *answer, void *curl, const struct http_request *request);
void http_answer_clear(struct http_answer *answer);

/* The reply once curl says `result`, a CURLcode; it borrows from the answer and from
 * `headers`, which has HTTP_HEADERS_MAX places. */
void http_answer_reply(
    struct http_answer *answer, void *curl, int result, struct http_header *headers,
    struct http_reply *reply);
