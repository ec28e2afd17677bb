/* The steps of a rollout in one row: what is passed, what goes on, what lies ahead. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

void canary_track_draw(
    struct canvas *canvas, struct rect row, const struct scene *scene);
