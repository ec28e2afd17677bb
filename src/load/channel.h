/* The generator's two pipes: messages come in on one and go out on the other. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/load_message.h"

struct channel;
struct loop;

struct channel_handlers {
    /* One message after the other, not from within a call. */
    void (*on_frame)(void *owner, const struct frame *frame);
    /* Nothing more comes: the other end is gone, or what came made no sense. Once. */
    void (*on_end)(void *owner, const struct error *why);
};

/* Both descriptors are borrowed: pipes or sockets,
 * made non-blocking. NULL, with `err` set, for anything else. */
struct channel *channel_new(
    struct loop *loop, const int descriptors[2],
    const struct channel_handlers *handlers, void *owner, struct error *err);
void channel_free(struct channel *channel);

/* Whether the last message has not been taken yet. */
bool channel_is_busy(const struct channel *channel);

/* Not while it is busy. False when the other end is gone. */
bool channel_send(struct channel *channel, enum load_message kind, const void *what);
