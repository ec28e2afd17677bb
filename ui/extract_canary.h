/* What the panels of a rollout hold, as a table. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "ui/extract_sheets.h"

/* Whether the panel is one of them; its events are a list like others. */
bool extract_canary_has(enum panel panel);

/* Fills the table, names and rows;
 * returns how many rows. What is not known is empty. */
uint32_t extract_canary_rows(
    const struct scene *scene, enum extract_cells cells, struct sheet *sheet);
