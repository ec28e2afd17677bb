/* How the screens look, as far as the operator may choose: each setting is changed by
 * its command, which takes a value or goes on to the next one. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/command.h"

/* clang-format off */
/*    id                command          label */
#define SETTINGS(X) \
    X(SETTING_THEME,    COMMAND_THEME,   "theme"), \
    X(SETTING_COLORS,   COMMAND_COLORS,  "colours"), \
    X(SETTING_GLYPHS,   COMMAND_GLYPHS,  "glyphs"), \
    X(SETTING_SYNC,     COMMAND_SYNC,    "sync")
/* clang-format on */

enum setting {
#define X(id, command, label) id
    SETTINGS(X),
#undef X
    SETTING_COUNT
};

/* What each of them is now, in words. All borrowed; NULL: not known. */
struct setting_values {
    const char *words[SETTING_COUNT];
};

enum command setting_command(enum setting setting);
const char *setting_label(enum setting setting);
