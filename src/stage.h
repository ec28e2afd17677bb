/* The screens on the terminal: keys go to the ui, what it draws goes out in time, and
 * whatever it cannot do itself is asked of the owner. Shared by cockpit and watch. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/model.h"
#include "ui/restore.h"
#include "ui/ui.h"

struct stage;
struct loop;

struct stage_options {
    const char *theme; /* "auto" follows the terminal's background */
    const char *color; /* as for terminal_environment */
    struct restore *restore;
};

/* on_end and on_request only take a note,
 * or stop the loop: they may run inside a call. */
struct stage_owner {
    /* A command of the operator that is not about the screens. */
    void (*on_request)(void *owner, const struct ui_request *request);
    /* A signal to end, SIGHUP also when the terminal is gone. */
    void (*on_end)(void *owner, int number);
    /* The state as it was; false when nobody knows it any more. */
    bool (*state_at)(void *owner, uint64_t at_ns, struct state *state);
    /* What the smoke key would send, also to the canary itself; NULL: it cannot. */
    const struct action_plan *(*smoke)(void *owner, bool canary);
    /* What the load key may start; NULL: this program cannot. */
    const struct load_menu *(*load)(void *owner);
    /* How a rollout is given orders; NULL: this program cannot. */
    const struct rollout_means *(*rollout)(void *owner);
    /* Whether somebody else acts on the target; NULL where nobody would ask. */
    bool (*holder)(void *owner, struct target_holder *holder);
    void *owner;
};

/* Takes the terminal. ERROR_USAGE when there is none that can be drawn on. `model` is
 * borrowed. */
struct stage *stage_new(
    struct loop *loop, const struct model *model, const struct stage_options *options,
    const struct stage_owner *owner, struct error *err);

/* Gives the terminal back. */
void stage_free(struct stage *stage);

/* The model has changed: it will be drawn, at most nine
 * times a second, and not while the screen is frozen. */
void stage_on_change(struct stage *stage);

/* Draws at once; for the first frame. */
void stage_draw(struct stage *stage);

/* A line in the key row until the next key. Must be sanitised. */
void stage_notify(struct stage *stage, const char *words);
