/* Commands that change how the screens look. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/ui_command.h"

/* All of them with their present values. */
struct ui_request ui_setting_list(const struct ui_turn *turn);

/* Of the screens' own; the value that was typed, or the next one. */
struct ui_request ui_setting_glyphs(const struct ui_turn *turn);

/* Those that the caller sees to. */
struct ui_request ui_setting_change(const struct ui_turn *turn);
