/* The panels as tables: what is shown now,
 * and the values that its graphs are made of. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"
#include "ui/sheet.h"

enum { EXTRACT_POINTS_MAX = 600 };

/* How the cells of a table are written. */
enum extract_cells {
    EXTRACT_SHOWN, /* as on the screen: "1.41s" */
    EXTRACT_RAW,   /* for programs: 1410, and times in ISO 8601 */
};

/* The rows of the focused panel that its filter lets through; `only` takes one of them,
 * a negative one all. Returns how many there are. */
uint32_t extract_rows(
    const struct scene *scene, enum extract_cells cells, int64_t only,
    struct sheet *sheet);

/* A row for each moment of the window, a column for each line of the focused panel.
 * False for a panel without any. */
bool extract_series(const struct scene *scene, struct sheet *sheet);
