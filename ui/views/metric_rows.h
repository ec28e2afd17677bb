/* Metrics one per row: name, the value of each track with its recent past, and how good
 * it is. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "ui/scene.h"

struct metric_row {
    enum metric metric;
    enum metric whole; /* drawn as a bar of that; METRIC_COUNT: as a line over time */
    const char *name;  /* NULL: the metric's own */
};

/* As many rows as there is room for; the first ones are the most important. */
void metric_rows_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    const struct metric_row *rows, size_t count);
