/* Reads server-sent events whole, piece by piece as the pieces come: unlike core/sse,
 * which keeps the beginning of each, for those that are only looked at.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/scan.h"

enum { EVENT_DATA_MAX = 1024 * 1024 }; /* of one event */

struct event_reader {
    struct buffer line; /* the one that is not whole yet */
    struct buffer data; /* of the event that is not whole yet */
    bool after_cr;      /* an LF that comes now belongs to it */
    bool begun;         /* a line was read: no byte order mark may come */
    bool has_data;
    bool given;    /* the data has been given out */
    bool overflow; /* an event was too large: nothing that comes can be trusted */
};

void event_reader_init(struct event_reader *reader);
void event_reader_clear(struct event_reader *reader);

/* The data of the next event that ends within `bytes`,
 * which are taken as far as they were read; good until the next call.
 * False when they are used up, or after an overflow. Comments, names of events,
 * events without data and lines that are no field are passed over, however long:
 * whoever answers in JSON, at once, is no stream that went wrong. */
bool event_reader_next(
    struct event_reader *reader, struct slice *bytes, struct slice *data);

/* At the end of the stream: the event that no empty line has ended; false for none. */
bool event_reader_rest(struct event_reader *reader, struct slice *data);
