/* The table of errors: kind, route, version, count, when last, and a sample. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

/* Rows that the filter lets through,
 * at least one for what is said when there are none. */
int error_rows_count(const struct scene *scene);

/* The row `index` of them, or NULL. */
const struct error_row *error_rows_at(const struct scene *scene, uint32_t index);

/* Whether both are the same kind of error on the same route, version and track. */
bool error_rows_same(const struct error_row *a, const struct error_row *b);

void error_rows_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene);
