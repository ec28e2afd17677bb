/* Errors of one kind, route and version as one row:
 * how many, when last, and a sample. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/state.h"

/* All zero is an empty table. */
struct error_table {
    uint32_t count;
    struct error_row rows[STATE_ERRORS_MAX];
};

/* Adds to the row that is like it; the newer sample stays. A row that no longer fits
 * takes the place of the one seen longest ago, if that is older. */
void error_table_add(struct error_table *table, const struct error_row *row);

/* Newest first. */
void error_table_sort(struct error_table *table);
