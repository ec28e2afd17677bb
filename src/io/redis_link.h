/* The connection under a Redis client: made, greeted, and made again whenever it is
 * lost, with full jitter in between. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"
#include "io/redis.h"

struct redis_link;

/* Any of them may free the link. */
struct redis_link_handlers {
    void (*on_ready)(void *owner);
    void (*on_reply)(void *owner, const struct redis_reply *reply);
    void (*on_lost)(void *owner, const struct error *why); /* only after on_ready */
};

struct redis_link *redis_link_new(
    struct loop *loop, const struct redis_options *options,
    const struct redis_link_handlers *handlers, void *owner, struct error *err);
void redis_link_free(struct redis_link *link);

bool redis_link_ready(const struct redis_link *link);
const struct error *redis_link_error(const struct redis_link *link);

/* When the last byte of the peer came. */
uint64_t redis_link_heard_ns(const struct redis_link *link);

/* LINK_GONE: the connection has just ended, the next
 * on_ready is the time. LINK_FULL: the peer does not read. */
enum redis_link_sent { LINK_SENT, LINK_GONE, LINK_FULL };
enum redis_link_sent redis_link_send(struct redis_link *link, struct slice bytes);

/* Gives the connection up, without a callback. */
void redis_link_drop(struct redis_link *link, const struct error *why);
