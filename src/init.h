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
    bool late;                         /* the time was up before everything was asked */
};

/* It is gone when this starts: its first line forgets it. */
typedef void (*init_done_fn)(void *owner, const struct init_result *result);

struct init_options {
    const struct target *target; /* its URL is copied */
    bool may_talk;               /* POST a message too; else only GET */
    uint64_t limit_ns;           /* for everything */
};

struct init *init_start(
    struct loop *loop, const struct init_options *options, init_done_fn on_done,
    void *owner);
void init_free(struct init *init);
