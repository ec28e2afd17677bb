/* The selected rows of the lists, and how they keep to what was selected. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/ui.h"

/* The panel's list; LIST_COUNT when it has none. */
enum list ui_list(enum panel panel);

/* Moves the selected row of the focused list. */
void ui_move(struct ui *ui, const struct ui_world *world, int64_t rows);

/* Selects the next row, or the one before, around and around; false without any. */
bool ui_step_row(struct ui *ui, const struct ui_world *world, int by);

/* Remembers the error under the selection. */
void ui_choose_error(struct ui *ui, const struct ui_world *world);

/* Brings the selected row to where its thing stands now. */
void ui_settle(struct ui *ui, const struct ui_world *world);
