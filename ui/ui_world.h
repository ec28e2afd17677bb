/* What the screens are lent for one call, and what the operator wants of the lender. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/command.h"
#include "core/model.h"
#include "ui/dialog.h"
#include "ui/frame_pace.h"
#include "ui/scene.h"
#include "ui/setting.h"

enum { UI_ARGUMENT_SIZE = 128 };

/* What is stopped. */
#define UI_STOPS_ALL     "everything"
#define UI_STOPS_RUNS    "runs"
#define UI_STOPS_ROLLOUT "rollout"

/* Whom a smoke test goes to: "" is the target, as users arrive there. */
#define UI_SMOKES_CANARY "canary"

/* What the caller lends for one call. */
struct ui_world {
    const struct model *model;
    const struct state *past; /* of ui_view_ns() while frozen; NULL: the model's own */
    const struct action_plan *smoke; /* what S would send; NULL: it cannot run */
    const struct action_plan
        *smoke_canary;                   /* to it, behind the router; NULL: nothing */
    const struct load_menu *load;        /* what L may start; NULL: nothing */
    const struct target_holder *holder;  /* who else acts, for keys; NULL: nobody */
    const struct rollout_means *rollout; /* for orders; NULL: none can be given */
    uint64_t now_ns;
    enum frame_turn turn; /* what to draw anew */
    struct link_info link;
    struct setting_values settings; /* the glyphs are the screens' own */
};

/* What the operator wants of the caller. */
struct ui_request {
    enum command command; /* COMMAND_COUNT: nothing */
    bool on;              /* COMMAND_ARM: arm; false: disarm */
    uint64_t epoch;       /* and from the holder with this one; 0: from nobody */
    /* Settings: the value, "" for the next one. COMMAND_MARK: the note, sanitised.
     * COMMAND_EXPORT: the file's name. COMMAND_LOAD: the scenario. COMMAND_LOAD_MORE
     * and _LESS: the users that are wanted, or the starts per second. COMMAND_STOP:
     * UI_STOPS_. COMMAND_SMOKE: UI_SMOKES_CANARY, or "". */
    char argument[UI_ARGUMENT_SIZE];
    struct rollout_wish rollout; /* of what is ordered; of COMMAND_STOP, too */
};
