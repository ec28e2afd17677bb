/* One of very many connections to one server, in turn over
 * its addresses, plain or TLS: a few hundred bytes each,
 * writes that are tried at once, and one read buffer for all of them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scan.h"

struct loop;
struct resolve_address;
struct strand;
struct strands;
struct tls_config;

enum {
    STRAND_READ_SIZE = 64 * 1024, /* the most that is read at once */
    STRAND_REST_MAX = 64 * 1024,  /* the most that may be left for the next time */
    STRAND_UNSENT_MAX = 256 * 1024,
};

enum strand_end {
    STRAND_UNCONNECTED, /* no connection was made */
    STRAND_UNTRUSTED,   /* TLS did not begin, or broke */
    STRAND_CLOSED,      /* the peer closed it in order */
    STRAND_BROKEN,      /* it was reset */
};

/* None runs inside a call. `now_ns` is when the loop noticed, by loop_clock_ns(). After
 * strand_close() none follows. */
struct strand_handlers {
    void (*on_open)(void *owner, uint64_t now_ns);
    /* Returns how many of the bytes it has taken; the rest, at most STRAND_REST_MAX,
     * comes again in front of those that come next. */
    size_t (*on_bytes)(void *owner, struct slice bytes, uint64_t now_ns);
    /* The last one; the strand still has to be closed. `words`: why, for
     * STRAND_UNCONNECTED and STRAND_UNTRUSTED; borrowed. */
    void (*on_end)(
        void *owner, enum strand_end end, const char *words, uint64_t now_ns);
};

struct strands_options {
    const struct resolve_address *addresses; /* copied; each gets its turn */
    size_t address_count;
    const struct tls_config *tls; /* borrowed; NULL for none */
    const char *host;             /* that TLS verifies; borrowed */
    struct strand_handlers handlers;
};

struct strands *strands_new(struct loop *loop, const struct strands_options *options);
/* All strands must be closed. */
void strands_free(struct strands *strands);

/* Begins to connect; NULL, with errno set, when not even that can be done. */
struct strand *strand_open(struct strands *strands, void *owner);
void strand_close(struct strand *strand); /* NULL is fine */

/* On an open strand: hands the bytes to the kernel, and keeps what it does not take.
 * False when the connection turns out to be gone, and then nothing of them was sent and
 * no on_end follows; or when too much is kept already. */
bool strand_write(struct strand *strand, struct slice bytes);
