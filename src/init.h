/* Looks at a service from outside: asks what discovery wants to know. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/discovery.h"
#include "core/target.h"

struct init;
struct loop;

struct init_result {
    const struct discovery *discovery; /* borrowed for the callback */
    struct error error;                /* why nothing answered; ERROR_NONE otherwise */
    struct error unrecorded; /* what kept the message, or its end, out of the history */
    bool late;               /* the time was up before everything was asked */
    bool stopped;            /* by init_stop() */
};

/* It is gone when this starts: its first line forgets it. */
typedef void (*init_done_fn)(void *owner, const struct init_result *result);

struct init_options {
    const struct target *target; /* borrowed until the callback */
    bool may_talk;     /* POST a message too, which is journaled; else only GET */
    uint64_t limit_ns; /* for everything */
};

struct init *init_start(
    struct loop *loop, const struct init_options *options, init_done_fn on_done,
    void *owner);

/* Ends it soon; on_done still comes. */
void init_stop(struct init *init);
void init_free(struct init *init);
