/* Starting a rollout from the screens: it is asked for, its version can be changed, and
 * what cannot be any more does nothing. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/ui_command.h"

/* Opens the dialog; words that were typed behind the command are the version. */
struct ui_request ui_start_ask(const struct ui_turn *turn);

/* Takes the keys that change the version; false for other keys. */
bool ui_start_edit(struct ui *ui, const struct key *key);

/* Whether what the dialog asks about cannot be any more; then it says why. */
bool ui_start_is_late(struct ui *ui, const struct ui_world *world);
