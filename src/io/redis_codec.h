/* RESP2 in both directions: hiredis' reader,
 * with limits on what a peer can make us keep. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/scan.h"
#include "io/redis.h"

enum {
    REDIS_NODES_MAX = 128 * 1024, /* values in one reply, lists included */
    REDIS_LINE_MAX = 64 * 1024,   /* a line without its end */
};

struct redis_codec;

struct redis_codec *redis_codec_new(void);
void redis_codec_free(struct redis_codec *codec);

/* Bytes from the peer. */
bool redis_codec_feed(struct redis_codec *codec, struct slice bytes, struct error *err);

/* The next whole reply, valid until the next call, or NULL in *reply when there is none
 * yet. False for bytes that are no RESP2, or past a limit: nothing can follow. */
bool redis_codec_next(
    struct redis_codec *codec, const struct redis_reply **reply, struct error *err);

/* Adds a command as it goes out. */
bool redis_codec_write(struct buffer *to, const struct slice *args, size_t arg_count);
