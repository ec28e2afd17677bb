/* Commands that change more than the screen: each asks first. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/ui_command.h"
#include "ui/views/dialog_view.h"

/* Opens a dialog of that kind; `word` must be typed, "": y is enough. */
void ui_ask(struct ui *ui, enum dialog_kind kind, const char *word);

/* Leaves at once unless something runs. */
struct ui_request ui_ask_quit(const struct ui_turn *turn);

/* Disarms at once; while somebody else acts on the target, asks to take it over. */
struct ui_request ui_ask_arm(const struct ui_turn *turn);
struct ui_request ui_ask_smoke(const struct ui_turn *turn);
struct ui_request ui_ask_stop(const struct ui_turn *turn);

/* What the open dialog says; borrows from all three. */
struct dialog_view ui_dialog_view(
    const struct ui *ui, const struct ui_world *world, const struct scene *scene);
