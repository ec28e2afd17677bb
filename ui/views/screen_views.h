/* The screens beside the overview: errors, smoke checks, and what happened when. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

/* The rate over time and the table; the opened row with its whole sample. */
void errors_view_draw(
    struct canvas *canvas, struct rect body, const struct scene *scene);

/* Each check with its verdict, time and detail while it runs, and the runs before. */
void checks_view_draw(
    struct canvas *canvas, struct rect body, const struct scene *scene);

/* Lines and events on one time axis, and the figures of the moment that is shown. */
void timeline_view_draw(
    struct canvas *canvas, struct rect body, const struct scene *scene);
