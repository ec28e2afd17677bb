/* How the evidence of one metric came about: a row of blocks, on the gauge's scale. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

/* `metric`: its place in the status. Nothing where nothing is known. */
void canary_trend_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    uint32_t metric);
