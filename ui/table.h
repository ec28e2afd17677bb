/* Rows under headings; columns share the width and the least important go first. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/canvas.h"
#include "ui/layout.h"

enum { TABLE_COLUMNS_MAX = 12 };

struct table_column {
    const char *title;
    int width;    /* at least */
    int weight;   /* of what is left over */
    int priority; /* the lowest goes first */
    bool right;   /* numbers */
};

struct table {
    struct rect rect;                   /* the rows, without the headings */
    const struct table_column *columns; /* borrowed */
    size_t count;
    struct layout_item items[TABLE_COLUMNS_MAX];
};

/* Lays the columns out and draws the headings, if there is a title at all. */
struct table table_begin(
    struct canvas *canvas, struct rect rect, const struct table_column *columns,
    size_t count);

/* What stands in one cell. */
struct table_cell {
    int row; /* 0 is the first one under the headings */
    uint32_t column;
    const char *words;
    enum role role;
};

/* What lies below the table, or in a dropped column, is left out. */
void table_put(
    struct canvas *canvas, const struct table *table, struct table_cell cell);

/* Which rows of a longer list are seen, so that the selected one is. */
uint32_t table_first_row(uint32_t count, uint32_t selected, int height);
