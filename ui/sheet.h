/* A table of words on its way out of the screens: rows under names, written as aligned
 * text, CSV or JSON. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/json_writer.h"

enum { SHEET_COLUMNS_MAX = 48, SHEET_BYTES_MAX = 1024 * 1024 };

struct sheet {
    size_t columns, rows;
    size_t filled;       /* cells of the row that is being filled */
    uint64_t numbers;    /* columns that hold numbers, one bit each; "" is none there */
    struct buffer cells; /* each ends in NUL; the first row are the names */
};

void sheet_init(struct sheet *sheet);
void sheet_clear(struct sheet *sheet);

/* All columns, before the first cell. */
void sheet_name(struct sheet *sheet, const char *name);
void sheet_name_number(struct sheet *sheet, const char *name);

/* The next cell, row by row. What has no room is left out. */
void sheet_add(struct sheet *sheet, const char *cell);
void sheet_add_number(struct sheet *sheet, double number); /* NaN: none */

void sheet_write_text(const struct sheet *sheet, struct buffer *to);

/* Words that a spreadsheet would take for a formula are quoted for it as well. */
void sheet_write_csv(const struct sheet *sheet, struct buffer *to);

/* An array of one object per row. */
void sheet_write_json(const struct sheet *sheet, struct json_writer *json);
