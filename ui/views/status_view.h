/* The rows around every screen: where am I, how is it, which keys. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/keymap.h"
#include "ui/scene.h"

/* Target, class, mode, versions, split, step, clock: the first row. */
void status_view_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* The worst thing first: the second row. */
void verdict_view_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* What acts, a bar, what looks: the last row. */
void keys_view_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    const struct keymap *keymap);

/* Where there is room for nothing else: class, verdict and how to quit. */
void status_view_draw_line(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    const struct keymap *keymap);

enum role status_class_role(enum target_class class);
const char *status_class_word(enum target_class class);
