/* Requests that no client should send: malformed, oversized, ambiguous, slow or broken
 * off, and what a service may do with each. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

enum malformed_way {
    MALFORMED_WHOLE,      /* all at once; then the answer is waited for */
    MALFORMED_DRIP,       /* the words, then a byte now and then, for ever */
    MALFORMED_STALL,      /* the words, then nothing */
    MALFORMED_LEAVE,      /* the words, then the end of the connection */
    MALFORMED_HALF_CLOSE, /* the words, then the end of what is sent */
    MALFORMED_ENDLESS, /* the words, then the unit again and again: up to a gigabyte */
};

struct malformed {
    const char *name;
    enum malformed_way way;
    unsigned status;    /* of the first answer; 0: none */
    bool may_be_closed; /* without an answer, for whoever still speaks may miss it */
    const char *head;   /* \x1a stands for a NUL */
    const char *body;   /* a Content-Length is written before it; NULL for none */
    const char *unit;   /* so many of it behind that; NULL for none */
    size_t times;
    const char *tail; /* NULL for none */
};

extern const struct malformed malformed_requests[];
extern const size_t malformed_count;

/* All the words that are sent before the way begins. */
void malformed_write(const struct malformed *request, struct buffer *words);
