/* What became of the requests of one task, or of the polls of its jobs. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/histogram.h"
#include "core/record.h"

enum {
    LOAD_STATUS_FROM = 100,
    LOAD_STATUS_COUNT = 501, /* 100 to 599, and all above as one */
};

/* clang-format off */
/*    id                      name         what happened */
#define LOAD_FAILURES(X) \
    X(LOAD_FAILURE_CONNECT,   "connect",   "no connection was made; nothing was sent") \
    X(LOAD_FAILURE_TLS,       "tls",       "TLS did not begin; nothing was sent") \
    X(LOAD_FAILURE_TIMEOUT,   "timeout",   "no whole answer in time") \
    X(LOAD_FAILURE_RESET,     "reset",     "the connection ended before the answer did") \
    X(LOAD_FAILURE_MALFORMED, "malformed", "the answer was no HTTP") \
    X(LOAD_FAILURE_STATUS,    "status",    "a whole answer with another status") \
    X(LOAD_FAILURE_CONTENT,   "content",   "a good status with the wrong content")
/* clang-format on */

enum load_failure {
#define X(id, name, words) id,
    LOAD_FAILURES(X)
#undef X
        LOAD_FAILURE_COUNT
};

/* wanted = sent + unsent failures + dropped + those still waiting for a connection;
 * sent + unsent failures = done + abandoned + those still in flight. */
struct load_row {
    uint64_t wanted;  /* starts that were due */
    uint64_t sent;    /* requests handed to the kernel, each once */
    uint64_t retried; /* sent a second time: see load_health.stale */
    uint64_t done;    /* ended, well or not */
    uint64_t unsent;  /* of `done`: no byte of them was sent (connect, tls, timeout) */
    uint64_t dropped; /* never begun: too many waited already */
    uint64_t abandoned;                  /* without an answer when the run was over */
    uint64_t sent_bytes, received_bytes; /* of HTTP, without TLS */
    uint64_t failures[LOAD_FAILURE_COUNT];
    uint64_t statuses[LOAD_STATUS_COUNT]; /* of whole answers; see load_row_status() */
    uint64_t jobs_good, jobs_bad, jobs_lost; /* lost: not done after the last poll,
                                              * or when the run was over */
    /* In microseconds, of whole answers and of timeouts. */
    struct histogram service;    /* from the send */
    struct histogram response;   /* from the intended start: what a user waits */
    struct histogram first_byte; /* from the send to the first byte of the body */
    struct histogram gap;        /* between two events of a stream */
    struct histogram job;        /* from the intended start to the end of the job */
};

const char *load_failure_name(enum load_failure failure);
const char *load_failure_words(enum load_failure failure);

uint64_t load_row_failed(const struct load_row *row);

/* The place of a status in `statuses`. */
size_t load_row_status(unsigned status);
/* How many answers had a status of that class:
 * 2 for 200 to 299; 6 for all above 599. */
uint64_t load_row_class(const struct load_row *row, unsigned status_class);

void load_row_clear(struct load_row *row);
void load_row_add(struct load_row *to, const struct load_row *from);

extern const struct record load_row_record;
