/* Receives the lines of a log on a unix socket, each framed by its length:
 * RFC 6587, as a ring of HAProxy sends them. Whoever sends keeps
 * what was not read yet, so that none is lost in a burst. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"

struct log_stream;
struct loop;

enum {
    LOG_STREAM_LINE_MAX = 8192, /* a longer one ends its connection */
    LOG_STREAM_SENDERS_MAX = 8,
};

typedef void (*log_line_fn)(void *owner, struct slice line);

/* The socket has mode 0600; a left-over one is replaced. */
struct log_stream *log_stream_new(
    struct loop *loop, const char *path, log_line_fn on_line, void *owner,
    struct error *err);

/* Also removes the socket. NULL is fine. */
void log_stream_free(struct log_stream *log);

/* How many are connected to it. */
unsigned log_stream_sender_count(const struct log_stream *log);

/* How many connections sent what is no such log. */
uint64_t log_stream_broken_count(const struct log_stream *log);
