/* The load run: what is sent, what comes back,
 * and whether the figures can be trusted. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

/* Where the panels stand; those that have no place are empty. */
void load_view_place(
    struct rect body, const struct scene *scene, struct rect panels[PANEL_COUNT]);

void load_view_draw(struct canvas *canvas, struct rect body, const struct scene *scene);

/* Stands for the verdict in the second row: the run, its time, its rate, its gates. */
void load_view_draw_line(
    struct canvas *canvas, struct rect rect, const struct scene *scene);
