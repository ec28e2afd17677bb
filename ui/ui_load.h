/* The keys of the load run. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/ui_command.h"

/* The focus to the next panel of the load run, or to the one before. */
void ui_load_step(struct ui *ui, const struct ui_world *world, bool next);

/* Whether the chosen one of all runs is a load run. */
bool ui_load_runs(const struct ui *ui, const struct ui_world *world);
