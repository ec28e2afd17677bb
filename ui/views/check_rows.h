/* The checks of the smoke run shown last: verdict, time and detail of each. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

uint32_t check_rows_count(const struct scene *scene);

/* The row `index` of what the filter lets through, or NULL; `word` is its result. */
const struct check_row *check_rows_at(
    const struct scene *scene, uint32_t index, const char **word);

void check_rows_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene);
