/* The overview: everything at one glance, at every size of terminal. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

enum size_class { SIZE_LINE, SIZE_TINY, SIZE_SMALL, SIZE_MEDIUM, SIZE_LARGE };

enum size_class size_class_of(int width, int height);

/* Where the panels stand; those that have no place are empty. */
void overview_view_place(
    struct rect body, enum size_class size, const struct scene *scene,
    struct rect panels[PANEL_COUNT]);

void overview_view_draw(
    struct canvas *canvas, struct rect body, const struct scene *scene);
