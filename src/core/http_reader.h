/* Reads one HTTP/1.1 response piece by piece, as the bytes come, without keeping any.
 * https://www.rfc-editor.org/rfc/rfc9112 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"

enum {
    HTTP_READER_HEAD_MAX =
        64 * 1024, /* bytes of all heads, 1xx and trailers included */
    HTTP_READER_CHUNK_LINE_MAX = 256, /* a chunk's size with its extensions */
};

/* STATUS ─► HEADERS ─► LENGTH, or CHUNK_SIZE ⇄ CHUNK, CHUNK_END ─► TRAILERS, or REST
 *   ▲ 1xx ────┘        all of them ─► WHOLE; from everywhere to BAD */
enum http_reader_state {
    HTTP_READER_STATUS, /* first, so that it is zero */
    HTTP_READER_HEADERS,
    HTTP_READER_LENGTH, /* a body of a known length */
    HTTP_READER_CHUNK_SIZE,
    HTTP_READER_CHUNK,
    HTTP_READER_CHUNK_END,
    HTTP_READER_TRAILERS,
    HTTP_READER_REST, /* a body up to the end of the connection */
    HTTP_READER_WHOLE,
    HTTP_READER_BAD,
};

enum http_reader_step {
    HTTP_STEP_MORE,    /* needs more bytes; what is left of them has to come again */
    HTTP_STEP_HEADER,  /* `name` and `value` */
    HTTP_STEP_INTERIM, /* what was told so far was a 1xx: it does not count */
    HTTP_STEP_HEAD,    /* the head is whole: status, length and keep_alive are known */
    HTTP_STEP_BODY,    /* `piece`, never empty */
    HTTP_STEP_END,     /* the response is whole; bytes behind it are not taken */
    HTTP_STEP_BAD,     /* `code` and `words` */
};

/* All zeros to begin with. */
struct http_reader {
    enum http_reader_state state;
    bool to_head;          /* set by the caller: answers a HEAD, so has no body */
    bool begun;            /* a byte came */
    bool keep_alive;       /* the connection may be used again after the end */
    bool has_length;       /* a Content-Length was read: */
    bool chunked, framing; /* framing: of the last header, which may not be folded */
    uint16_t status;
    uint64_t length;   /* of the body as announced */
    uint64_t left;     /* of it, or of the chunk */
    size_t head_bytes; /* read, of HTTP_READER_HEAD_MAX */
    size_t searched;   /* of the bytes that come again: no line ends there */
    struct slice name, value, piece; /* of the last step; borrowed from the bytes */
    enum error_code code;            /* ERROR_PROTOCOL, ERROR_LIMIT or ERROR_LOST */
    const char *words;               /* why, without anything of the peer's */
};

/* The next step within `bytes`, which are taken as far as they were read. After
 * HTTP_STEP_MORE the caller presents those that are left, fewer than
 * HTTP_READER_HEAD_MAX, in front of those that came since. */
enum http_reader_step http_reader_next(struct http_reader *reader, struct slice *bytes);

/* The connection has ended, after all bytes were presented: HTTP_STEP_END or _BAD. */
enum http_reader_step http_reader_end(struct http_reader *reader);
