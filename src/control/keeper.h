/* The hand on the router: sets a weight and makes sure of it, keeps it alive, and looks
 * each second. It calls the router once at a time. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "control/router.h"
#include "core/rollout_sight.h"

struct keeper;

/* None but the first runs inside a call. */
struct keeper_handlers {
    bool (*may_write)(void *owner); /* asked right before each write */
    void (*on_checked)(void *owner, bool ok, const char *words);
    void (*on_set)(void *owner, enum rollout_set how, const char *words);
    void (*on_reading)(void *owner, const struct rollout_reading *reading);
};

struct keeper *keeper_new(
    struct loop *loop, const struct router_type *type, struct router *router,
    const struct keeper_handlers *handlers, void *owner);

/* Frees the router, too. NULL is fine. */
void keeper_free(struct keeper *keeper);

/* Whether the router can be used at all; on_checked. */
void keeper_check(struct keeper *keeper);

/* Sets it, reads it back until it has taken effect everywhere; on_set. One that was
 * asked for before and has not ended is forgotten. */
void keeper_set(struct keeper *keeper, const struct router_intent *intent);

/* Something else is meant by now: of what was asked for before nobody is told. */
void keeper_forget(struct keeper *keeper);

/* The weight that is there already, and is ours to keep alive. */
void keeper_adopt(struct keeper *keeper, const struct router_intent *intent);

/* Whether a leased weight is kept alive. At first it is not. */
void keeper_keep(struct keeper *keeper, bool keeps);

/* What the router said last. */
const struct router_seen *keeper_seen(const struct keeper *keeper);
