/* The command line over the screen, with everything that it could mean. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/keymap.h"
#include "ui/prompt.h"
#include "ui/scene.h"

void palette_view_draw(
    struct canvas *canvas, const struct scene *scene, const struct keymap *keymap,
    const struct prompt *prompt, uint32_t chosen);
