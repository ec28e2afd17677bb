/* What the panels of a load run hold beside lines and metrics, as a table. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "ui/extract_sheets.h"

/* Whether the panel is one of them. */
bool extract_load_has(enum panel panel);

/* Fills the table, names and rows; returns how many rows. The heat map has a row for each
 * second of the window, and a column for each of its rows by its upper bound. */
uint32_t extract_load_rows(
    const struct scene *scene, enum extract_cells cells, struct sheet *sheet);
