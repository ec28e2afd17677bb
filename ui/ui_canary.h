/* The keys of a rollout. Whatever goes forward asks first; holding happens at once. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/ui_command.h"

/* Promote, hold, resume, undo and abort. */
struct ui_request ui_canary_order(const struct ui_turn *turn);

/* Whether the palette may open what the command asks, with a reason. */
bool ui_canary_takes_words(enum command command);

/* Adds what the open dialog is to stop of a rollout; ROLLOUT_ORDER_COUNT: nothing. */
void ui_canary_add_stop(const struct ui_turn *turn, struct dialog *dialog);

/* Takes the key that chooses what is stopped; false for other keys. */
bool ui_canary_choose(
    struct ui *ui, const struct ui_world *world, const struct key *key);

/* Whether what the dialog asks about cannot be any more; then it says why. */
bool ui_canary_is_late(struct ui *ui, const struct ui_world *world);

/* The request that the answer to the dialog means. */
struct ui_request ui_canary_confirmed(const struct dialog *dialog);
