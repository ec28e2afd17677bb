/* The rollout: how far it is, how strong the evidence is, and why it does not go on. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

/* Where the panels stand; those that have no place are empty. */
void canary_view_place(
    struct rect body, const struct scene *scene, struct rect panels[PANEL_COUNT]);

void canary_view_draw(
    struct canvas *canvas, struct rect body, const struct scene *scene);

/* Stands for the verdict in the second row: the phase with its reason, the weights, the
 * evidence. */
void canary_view_draw_line(
    struct canvas *canvas, struct rect rect, const struct scene *scene);
