/* Where a rollout stands that is conducted on another machine: read from where its
 * controller publishes it, and worth only as much as it is fresh. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "probes/probe.h"

struct posted;

enum posted_kind {
    POSTED_FRESH,  /* the event of a controller that is there */
    POSTED_OLD,    /* the last event of one that speaks no more */
    POSTED_NONE,   /* nothing stands there */
    POSTED_BROKEN, /* what stands there cannot be read */
    POSTED_SILENT, /* where it would stand, nobody answers */
};

struct posted_reply {
    enum posted_kind kind;
    const struct event *event; /* FRESH and OLD; borrowed */
    uint64_t age_ns;           /* OLD: at least so long */
    const char *words;         /* BROKEN and SILENT: why */
};

typedef void (*posted_fn)(void *owner, const struct posted_reply *reply);

/* NULL when the target names no such place. */
struct posted *posted_new(
    struct probe_context *context, posted_fn on_reply, void *owner);
void posted_free(struct posted *posted); /* NULL is fine */

/* One question; one reply comes later, never inside this call. */
void posted_ask(struct posted *posted, uint64_t timeout_ns);
