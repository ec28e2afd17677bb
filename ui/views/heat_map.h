/* How many requests took how long, over time: a cell for each span of both. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

/* With its scale at the right; without any request it says so. */
void heat_map_draw(
    struct canvas *canvas, struct rect inner, const struct scene *scene,
    const struct heat *heat);
