/* How the screens look on this terminal, and how the
 * operator changes that: theme, colours, frames in one. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ui/screen.h"
#include "ui/setting.h"
#include "ui/ui.h"

enum { OUTFIT_WORDS_SIZE = 32 };

struct outfit {
    struct screen *screen; /* borrowed, as is ui */
    struct ui *ui;         /* is told what went wrong */
    bool follows;          /* the theme follows the terminal's background */
    char theme[THEME_NAME_SIZE];
    char words[SETTING_COUNT][OUTFIT_WORDS_SIZE]; /* of outfit_values() */
};

void outfit_init(struct outfit *outfit, struct screen *screen, struct ui *ui);

/* Changes a setting: to the value of that name, or to the next one for "". */
void outfit_change(struct outfit *outfit, enum setting setting, const char *value);

void outfit_on_background(struct outfit *outfit, uint32_t rgb);

/* The present values, but the glyphs; borrowed until the next call. */
struct setting_values outfit_values(struct outfit *outfit);
