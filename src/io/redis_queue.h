/* Commands on their way through a Redis connection, in order: each ends once, by its
 * reply, its deadline or its cancellation. Pure bookkeeping: it sends nothing. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "io/redis.h"

struct redis_item {
    struct redis_item *next;
    uint64_t ticket;
    struct buffer wire; /* until it is sent */
    uint64_t sent_ns;   /* 0 while it waits */
    uint64_t deadline_ns;
    redis_done_fn on_done; /* NULL: nobody waits for the reply any more */
    void *owner;
    struct error refusal; /* why it was never sent; ERROR_NONE for all others */
};

struct redis_queue {
    struct redis_item *first, *last; /* redis_item.next */
    size_t count;
};

void redis_queue_add(struct redis_queue *queue, struct redis_item *item);

/* Takes the first one out; NULL when there is none. The caller frees it. */
struct redis_item *redis_queue_take(struct redis_queue *queue);
void redis_item_free(struct redis_item *item);
void redis_queue_clear(struct redis_queue *queue);

/* Takes the first one out whose deadline has passed. */
struct redis_item *redis_queue_take_expired(struct redis_queue *queue, uint64_t now_ns);

/* The first one whose deadline has passed and whom somebody waits for, left in place:
 * its reply may still come. */
struct redis_item *redis_queue_expired(
    const struct redis_queue *queue, uint64_t now_ns);

/* The earliest deadline that somebody waits for; UINT64_MAX without one. */
uint64_t redis_queue_deadline(const struct redis_queue *queue);

/* Silences the ticket's, or all of the owner's when the ticket is 0. */
void redis_queue_cancel(struct redis_queue *queue, uint64_t ticket, const void *owner);
