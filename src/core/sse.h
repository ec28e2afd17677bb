/* Reads a stream of server-sent events piece by piece, as the pieces come.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/scan.h"

enum {
    SSE_NAME_SIZE = 64,
    SSE_DATA_SIZE = 128,
    SSE_LINE_SIZE = 256, /* kept of a line; the rest is read over */
};

struct sse_event {
    char name[SSE_NAME_SIZE]; /* "message" when the stream gives none; cut */
    char data[SSE_DATA_SIZE]; /* its beginning */
};

/* All zeros to begin with. */
struct sse_reader {
    char line[SSE_LINE_SIZE]; /* the one that is not whole yet */
    size_t line_length;
    bool after_cr; /* an LF that comes now belongs to it */
    bool begun;    /* a line was read: no byte order mark may come */
    bool has_data;
    struct sse_event event; /* what is known of the one that is not whole yet */
};

/* The next event that ends within `bytes`, which are taken as far as they were read.
 * False when they are used up. Comments and events without data are none. */
bool sse_next(struct sse_reader *reader, struct slice *bytes, struct sse_event *event);

/* At the end of the stream: the event that no empty line has ended; false for none. */
bool sse_rest(struct sse_reader *reader, struct sse_event *event);
