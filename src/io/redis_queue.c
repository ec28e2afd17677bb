/* SPDX-License-Identifier: MIT */
#include "io/redis_queue.h"

#include <stdlib.h>

void redis_queue_add(struct redis_queue *queue, struct redis_item *item) {
    item->next = NULL;
    if (queue->last) {
        queue->last->next = item;
    } else {
        queue->first = item;
    }
    queue->last = item;
    queue->count++;
}

/* Takes out what follows `before`, the first one for NULL. */
static struct redis_item *take_after(
    struct redis_queue *queue, struct redis_item *before) {
    struct redis_item *item = before ? before->next : queue->first;
    if (!item) return NULL;
    if (before) {
        before->next = item->next;
    } else {
        queue->first = item->next;
    }
    if (queue->last == item) queue->last = before;
    queue->count--;
    item->next = NULL;
    return item;
}

struct redis_item *redis_queue_take(struct redis_queue *queue) {
    return take_after(queue, NULL);
}

void redis_item_free(struct redis_item *item) {
    if (!item) return;
    buffer_clear(&item->wire);
    free(item);
}

void redis_queue_clear(struct redis_queue *queue) {
    while (queue->first) redis_item_free(redis_queue_take(queue));
}

struct redis_item *redis_queue_take_expired(
    struct redis_queue *queue, uint64_t now_ns) {
    struct redis_item *before = NULL;
    for (struct redis_item *item = queue->first; item; item = item->next) {
        if (item->deadline_ns <= now_ns) return take_after(queue, before);
        before = item;
    }
    return NULL;
}

struct redis_item *redis_queue_expired(
    const struct redis_queue *queue, uint64_t now_ns) {
    for (struct redis_item *item = queue->first; item; item = item->next) {
        if (item->on_done && item->deadline_ns <= now_ns) return item;
    }
    return NULL;
}

uint64_t redis_queue_deadline(const struct redis_queue *queue) {
    uint64_t earliest_ns = UINT64_MAX;
    for (const struct redis_item *item = queue->first; item; item = item->next) {
        if (item->on_done && item->deadline_ns < earliest_ns) {
            earliest_ns = item->deadline_ns;
        }
    }
    return earliest_ns;
}

void redis_queue_cancel(struct redis_queue *queue, uint64_t ticket, const void *owner) {
    for (struct redis_item *item = queue->first; item; item = item->next) {
        bool meant = ticket ? item->ticket == ticket : item->owner == owner;
        if (meant) item->on_done = NULL;
    }
}
