/* A box over the middle of the screen. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/canvas.h"

/* Draws a heavy frame of at most that size inside, centred, with a title and a note at
 * the right; returns the inside without its padding. */
struct rect box_draw(
    struct canvas *canvas, struct rect size, const char *title, const char *note);
