/* A smoke test of an operator or a pipeline:
 * shown before it is sent, journaled before it starts. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/redact.h"
#include "core/event.h"
#include "core/smoke_result.h"
#include "core/target.h"
#include "ui/dialog.h"

struct smoke_plan;
struct smoke_run;
struct loop;

struct smoke_run_options {
    const struct target *target;     /* borrowed */
    const struct redactor *redactor; /* borrowed; NULL for none */
    const char *checks;              /* a file; NULL for the three of the book */
    const struct smoke_plan *plan;   /* borrowed; NULL: it is read from `checks` */
    const char *user;                /* borrowed */
    uint64_t limit_ns;               /* as for smoke_start(), and so is the next */
    bool fail_fast;
    bool (*may_act)(void *owner); /* asked before what acts goes out; NULL: it may */
    void (*on_event)(void *owner, const struct event *event);
    /* It runs although the history cannot be written; where it must not, it ends. */
    void (*on_unrecorded)(void *owner, const struct error *err);
    /* It has ended, or could not start: then `err` says why and there is no result. */
    void (*on_done)(
        void *owner, const struct smoke_result *result, const struct error *err);
    void *owner;
};

/* The checks are read when they are first asked for, the history is opened by the first
 * run. */
struct smoke_run *smoke_run_new(
    struct loop *loop, const struct smoke_run_options *options);
void smoke_run_free(struct smoke_run *run);

/* What would be sent, to whom, and what it leaves behind;
 * `blocked` says why it cannot. */
const struct action_plan *smoke_run_plan(struct smoke_run *run);

/* False, with `err` set, when it cannot start now. */
bool smoke_run_start(struct smoke_run *run, struct error *err);

/* What is found so far; for the time of an event. */
const struct smoke_result *smoke_run_so_far(const struct smoke_run *run);

/* Nothing when none runs. */
void smoke_run_stop(struct smoke_run *run);
bool smoke_run_is_active(const struct smoke_run *run);
