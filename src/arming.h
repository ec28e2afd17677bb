/* Whether an operator may act: armed for a time, with the target held for as long, or
 * while something of his runs. Somebody else may take it over at any time. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "ui/dialog.h"

struct arming;
struct loop;

struct arming_options {
    const char *target, *user; /* borrowed */
    uint64_t for_ns;
    /* Whether something of ours acts on the target. */
    bool (*runs)(void *owner);
    /* Somebody else has it: nothing of ours may go out any more. */
    void (*on_lost)(void *owner);
    void (*on_event)(void *owner, struct event *event); /* EVENT_ARMED */
    void (*on_note)(void *owner, enum note_level level, const char *words);
    void (*on_notice)(void *owner, const char *words); /* answers the last key */
    void *owner;
};

struct arming *arming_new(struct loop *loop, const struct arming_options *options);
void arming_free(struct arming *arming); /* gives the target back */

/* Arms, or keeps armed: the time starts again. `epoch` as in ui_request. */
void arming_arm(struct arming *arming, uint64_t epoch);
void arming_disarm(struct arming *arming);

/* Whether something may start now: armed, and the target still is ours. */
bool arming_may_start(struct arming *arming);

/* To be asked right before each request that acts:
 * a look every second is not enough. */
bool arming_may_act(const struct arming *arming);

/* The target is given back once nothing of ours acts on it any more. */
void arming_after_run(struct arming *arming);

/* Who else holds the target; false for nobody. */
bool arming_find_holder(const struct arming *arming, struct target_holder *holder);
