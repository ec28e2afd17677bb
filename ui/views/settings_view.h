/* The settings over the screen, each with its present value. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/canvas.h"
#include "ui/setting.h"

void settings_view_draw(
    struct canvas *canvas, const struct setting_values *values, enum setting chosen);
