/* The values on the right side of a theme's lines. All return false, output untouched
 * or half made, for what they cannot read. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/scan.h"
#include "ui/theme.h"

/* "default", or "#rrggbb [256 [16]]": the indices that are absent are the nearest. */
bool theme_value_color(struct slice from, struct color *color);

/* Adds "bold", "underline" and so on. */
bool theme_value_attribute(struct slice word, uint8_t *attributes);

/* Colours for a depth with colours. */
bool theme_value_steps(
    enum color_depth depth, struct slice from, struct theme_ramp *ramp);

/* Characters for DEPTH_MONO, in quotes: the first one is mostly a blank. */
bool theme_value_characters(struct slice from, struct theme_ramp *ramp);
