/* Every command with its keys, filtered by what is typed. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/keymap.h"
#include "ui/prompt.h"
#include "ui/scene.h"

/* Rows that the typed words let through. */
uint32_t help_view_count(const struct scene *scene, const struct prompt *prompt);

void help_view_draw(
    struct canvas *canvas, const struct scene *scene, const struct keymap *keymap,
    const struct prompt *prompt, uint32_t first);
