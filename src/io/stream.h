/* A byte stream over TCP, TLS or a unix socket: connects with a deadline, writes
 * through a bounded queue, says when it ends. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"

struct stream;
struct loop;
struct tls_config;

enum {
    STREAM_QUEUE_MAX = 1024 * 1024, /* unsent bytes, unless the options say otherwise */
    STREAM_READ_SIZE = 16 * 1024,   /* the most that one on_bytes gets */
};

struct stream_options {
    const char *host; /* name or address, without brackets; copied */
    uint16_t port;
    const char *path;             /* of a unix socket, instead; copied */
    const struct tls_config *tls; /* NULL for none; borrowed while connecting */
    uint64_t timeout_ns;          /* DNS, connect and TLS together; 0 for 5 s */
    size_t queue_max_bytes;       /* 0 for STREAM_QUEUE_MAX */
    bool ends; /* the peer closes behind what it says: its end is looked for at once */
};

/* What the owner wants to hear; NULL for what it does not. None runs inside a call. */
struct stream_handlers {
    void (*on_open)(void *owner);
    void (*on_bytes)(void *owner, struct slice bytes);
    /* The last one: no connection was made, or it ended; ERROR_LOST when the peer
     * closed it. The stream still has to be freed. */
    void (*on_end)(void *owner, const struct error *why);
};

struct stream *stream_connect(
    struct loop *loop, const struct stream_options *options,
    const struct stream_handlers *handlers, void *owner);

/* An open stream on a connected socket, which it takes; reads nothing until
 * stream_attend(). */
struct stream *stream_of_socket(struct loop *loop, int socket, size_t queue_max_bytes);
void stream_attend(
    struct stream *stream, const struct stream_handlers *handlers, void *owner);

/* False, with nothing queued, when the stream is not open or the queue would pass its
 * limit. */
bool stream_write(struct stream *stream, struct slice bytes);

bool stream_is_open(const struct stream *stream);

/* Bytes that the kernel has not taken yet. */
size_t stream_queued(const struct stream *stream);

/* Nothing more will be written: once the queue is empty the peer sees the end. */
void stream_finish(struct stream *stream);

/* Closes at once, whatever is queued. */
void stream_free(struct stream *stream);
