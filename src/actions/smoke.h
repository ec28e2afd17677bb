/* Runs a smoke test: one check after the other, retried and polled as its file says. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "actions/smoke_plan.h"
#include "base/redact.h"
#include "core/event.h"
#include "core/smoke_result.h"
#include "core/target.h"

struct loop;
struct smoke;

/* As it goes: EVENT_RUN and EVENT_CHECK, without a sequence or a boot id. */
typedef void (*smoke_event_fn)(void *owner, const struct event *event);

/* At the end, exactly once; the smoke test is gone after it. */
typedef void (*smoke_done_fn)(void *owner, const struct smoke_result *result);

struct smoke_options {
    const struct target *target; /* borrowed, like the plan, until the end */
    const struct smoke_plan *plan;
    const struct redactor *redactor; /* of the target's secrets; NULL for none */
    const uint8_t *run;              /* its id, ULID_SIZE bytes; NULL makes one */
    uint64_t limit_ns;               /* for the whole run; 0 for 5 minutes */
    bool fail_fast;                  /* the first check that fails is the last */
    bool (*may_act)(void *owner);    /* asked before what acts goes out; NULL: it may */
    smoke_event_fn on_event;         /* NULL for none */
    smoke_done_fn on_done;
    void *owner;
};

/* Whether the target may be acted on is decided by the caller. */
struct smoke *smoke_start(struct loop *loop, const struct smoke_options *options);

/* What is found so far; for the time of an event. */
const struct smoke_result *smoke_so_far(const struct smoke *smoke);

/* Ends it soon: what was not run is inconclusive. on_done still comes. */
void smoke_stop(struct smoke *smoke);

/* Ends it silently. */
void smoke_free(struct smoke *smoke);
