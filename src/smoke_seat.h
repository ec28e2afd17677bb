/* The smoke tests of an operator at the screens: one at a time, through the target's
 * router as users arrive, or against an instance of the canary behind it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/redact.h"
#include "core/event.h"
#include "core/target.h"
#include "ui/dialog.h"

struct smoke_seat;
struct loop;

/* How words are told: in the timeline, in the key row too. */
struct smoke_word {
    enum note_level level;
    bool notify;
    const char *words;
};

struct smoke_seat_options {
    const struct target *target;     /* borrowed */
    const struct redactor *redactor; /* borrowed; NULL for none */
    const char *checks;              /* a file; NULL for the three of the book */
    const char *user;                /* borrowed */
    bool (*may_act)(void *owner);    /* asked before what acts goes out */
    void (*on_event)(void *owner, const struct event *event);
    void (*on_word)(void *owner, const struct smoke_word *word);
    /* Nothing is sent any more, and it is written down. */
    void (*on_done)(void *owner);
    void *owner;
};

struct smoke_seat *smoke_seat_new(
    struct loop *loop, const struct smoke_seat_options *options);
void smoke_seat_free(struct smoke_seat *seat);

/* What would be sent, to whom; borrowed until the next call. NULL: no instance of the
 * canary is configured by an address. */
const struct action_plan *smoke_seat_plan(struct smoke_seat *seat, bool canary);

bool smoke_seat_start(struct smoke_seat *seat, bool canary, struct error *err);
bool smoke_seat_is_active(const struct smoke_seat *seat);

/* Nothing when none runs. */
void smoke_seat_stop(struct smoke_seat *seat);
