/* The checks of the smoke run shown last: verdict, time and detail of each. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

uint32_t check_rows_count(const struct scene *scene);
void check_rows_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene);
