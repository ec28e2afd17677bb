/* Accepts streams on a unix socket that only its owner may use, or on a TCP port. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct listener;
struct loop;
struct stream;

struct listener_options {
    const char *path;    /* of a unix socket, mode 0600; a left-over one is replaced */
    const char *address; /* numeric, instead of a path; NULL for 127.0.0.1 */
    uint16_t port;       /* 0 picks a free one */
    size_t queue_max_bytes; /* of each stream; 0 for STREAM_QUEUE_MAX */
};

/* The stream is the owner's: it limits how many it keeps, attends them and frees them.
 * On a unix socket it is of the same user or of root: others are turned away unseen. */
typedef void (*listener_accept_fn)(void *owner, struct stream *stream);

struct listener *listener_new(
    struct loop *loop, const struct listener_options *options,
    listener_accept_fn on_accept, void *owner, struct error *err);

/* Also removes the unix socket, unless another one has taken its place. */
void listener_free(struct listener *listener);
uint16_t listener_port(const struct listener *listener);
