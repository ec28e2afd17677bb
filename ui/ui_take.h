/* Commands that take something out of the screens, or leave a note: they change nothing
 * but files of the operator's own. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/ui_command.h"

/* Each asks for a line first, unless it came with the command. */
struct ui_request ui_take_mark(const struct ui_turn *turn);
struct ui_request ui_take_export(const struct ui_turn *turn);

/* While the line is typed. */
struct ui_request ui_take_key(
    struct ui *ui, const struct ui_world *world, const struct key *key);

/* What stands in front of the line. */
void ui_take_add_label(
    struct text *text, const struct ui *ui, const struct scene *scene);
