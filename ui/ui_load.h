/* The keys of the load run. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/ui_command.h"

/* Asks which scenario is to run, and how many users from now on. */
struct ui_request ui_load_ask(const struct ui_turn *turn);
struct ui_request ui_load_ask_level(const struct ui_turn *turn);

/* Takes the keys that choose among the scenarios
 * in the dialog; false for other keys. */
bool ui_load_choose(struct ui *ui, const struct ui_world *world, const struct key *key);

/* The scenario that is chosen in the dialog, or NULL. */
const struct load_choice *ui_load_chosen(
    const struct ui *ui, const struct ui_world *world);

/* Why what the dialog asks about cannot be; NULL when it can. */
const char *ui_load_blocked(const struct ui *ui, const struct ui_world *world);

/* Whether the chosen one of all runs is a load run. */
bool ui_load_runs(const struct ui *ui, const struct ui_world *world);
