/* The line to the controller of a rollout: hears where it stands, gives it orders, and
 * hears what became of them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/rollout_order.h"
#include "core/rollout_status.h"

struct rollout_link;
struct loop;

enum {
    ROLLOUT_LINK_ORDERS_MAX = 8, /* that wait for their answers */
    ROLLOUT_LINK_CONNECT_S = 3,
    ROLLOUT_LINK_ANSWER_S = 5,
    /* A controller publishes each second: one that says nothing for so long is gone. */
    ROLLOUT_LINK_SILENCE_S = 10,
};

/* NULL for what the owner does not want to hear. None runs inside a call. */
struct rollout_link_handlers {
    /* Borrowed; its strings are safe to show. */
    void (*on_status)(void *owner, const struct rollout_status *status);
    /* Once for each order. `why` is NULL, or says that no answer came: then nobody
     * knows whether it was carried out, and `answer` has nothing but the number. */
    void (*on_answer)(
        void *owner, const struct rollout_answer *answer, const struct error *why);
    /* The last one: there is no controller, or it has gone. ERROR_CONNECT when nothing
     * listens there. The link still has to be freed. */
    void (*on_end)(void *owner, const struct error *why);
};

/* `path` is the controller's socket; copied. Orders may be given at once. */
struct rollout_link *rollout_link_new(
    struct loop *loop, const char *path, const struct rollout_link_handlers *handlers,
    void *owner);

/* NULL is fine. What was ordered may still be carried out. */
void rollout_link_free(struct rollout_link *link);

/* Its number is set here and returned; 0 when too many wait or the link has ended. */
uint64_t rollout_link_order(
    struct rollout_link *link, const struct rollout_order *order);
