/* What the panels of a load run hold beside lines and metrics, as a table. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "ui/extract_sheets.h"

/* Whether the panel is one of them. */
bool extract_load_has(enum panel panel);

/* A heat map: a row for each second of the window that is known, and a column for each
 * of its rows by its upper bound; returns how many rows. */
uint32_t extract_heat_rows(
    const struct scene *scene, const struct heat *heat, struct sheet *sheet);

/* Fills the table, names and rows; returns how many rows. */
uint32_t extract_load_rows(
    const struct scene *scene, enum extract_cells cells, struct sheet *sheet);
