/* Divides what a client sends into requests, a line of printable
 * ASCII each. It knows nothing of the programs under test,
 * and takes what it cannot read for a request too. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/scan.h"

enum wire {
    WIRE_HTTP,  /* "GET /health HTTP/1.1" */
    WIRE_REDIS, /* "XINFO GROUPS q:1" */
    WIRE_LINES, /* as they are */
};

enum { REQUEST_LINE_SIZE = 1024 };

struct request_reader {
    enum wire wire;
    struct buffer bytes; /* not read yet */
    uint64_t body_bytes; /* of HTTP, that still have to pass */
    bool lost;           /* nothing can be read any more */
};

void request_reader_init(struct request_reader *reader, enum wire wire);
void request_reader_clear(struct request_reader *reader);

void request_reader_feed(struct request_reader *reader, struct slice bytes);

/* The next whole request, or once "? " and what could not be read; false when there is
 * none yet. */
bool request_reader_next(struct request_reader *reader, char line[REQUEST_LINE_SIZE]);

/* The client is gone: true, and "? ", when it left something unfinished. */
bool request_reader_end(struct request_reader *reader, char line[REQUEST_LINE_SIZE]);
