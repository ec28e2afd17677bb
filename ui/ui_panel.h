/* Commands that move among the panels of a screen. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/ui_command.h"

/* The focus to the next panel of the screen, or to the one before. */
struct ui_request ui_panel_step(const struct ui_turn *turn);

/* To a panel of the overview by its number. */
struct ui_request ui_panel_number(const struct ui_turn *turn);

/* The focused panel takes the whole screen, or gives it back. */
struct ui_request ui_panel_zoom(const struct ui_turn *turn);

/* Whether it does. */
bool ui_panel_is_zoomed(const struct ui *ui);

/* False when none was zoomed on this screen, other than the overview. */
bool ui_panel_unzoom(struct ui *ui);

/* A panel of the screen that is shown, chosen by the mouse. */
void ui_panel_focus(struct ui *ui, enum panel panel);
