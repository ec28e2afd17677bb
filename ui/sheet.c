/* SPDX-License-Identifier: MIT */
#include "ui/sheet.h"

#include <math.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "base/utf8.h"

enum { NUMBER_SIZE = 32 };

/* Walks over the cells, the names first. */
struct walk {
    const struct sheet *sheet;
    const char *at;
    size_t row, column; /* of the cell at `at`; row 0 are the names */
};

void sheet_init(struct sheet *sheet) {
    *sheet = (struct sheet){0};
    buffer_init(&sheet->cells, SHEET_BYTES_MAX);
}

void sheet_clear(struct sheet *sheet) {
    buffer_clear(&sheet->cells);
}

/* Behind a cell that was left out, none has its place. */
static bool add_cell(struct sheet *sheet, const char *words) {
    if (sheet->cells.overflow) return false;
    return buffer_add(&sheet->cells, words, strlen(words) + 1);
}

void sheet_name(struct sheet *sheet, const char *name) {
    ensure(sheet->columns < SHEET_COLUMNS_MAX && sheet->rows == 0);
    if (add_cell(sheet, name)) sheet->columns++;
}

void sheet_name_number(struct sheet *sheet, const char *name) {
    sheet->numbers |= UINT64_C(1) << sheet->columns;
    sheet_name(sheet, name);
}

void sheet_add(struct sheet *sheet, const char *cell) {
    ensure(sheet->columns > 0);
    if (!add_cell(sheet, cell)) return;
    if (++sheet->filled < sheet->columns) return;
    sheet->filled = 0;
    sheet->rows++;
}

void sheet_add_number(struct sheet *sheet, double number) {
    char words[NUMBER_SIZE] = "";
    struct text text = TEXT_IN(words);
    if (isfinite(number)) text_addf(&text, "%.6g", number);
    sheet_add(sheet, words);
}

static struct walk walk_over(const struct sheet *sheet) {
    return (struct walk){.sheet = sheet, .at = sheet->cells.data};
}

/* NULL behind the last whole row. */
static const char *walk_next(struct walk *walk) {
    if (walk->row > walk->sheet->rows || walk->sheet->columns == 0) return NULL;
    const char *cell = walk->at;
    walk->at += strlen(cell) + 1;
    if (++walk->column == walk->sheet->columns) {
        walk->column = 0;
        walk->row++;
    }
    return cell;
}

static bool is_number(const struct sheet *sheet, size_t column) {
    return sheet->numbers >> column & 1;
}

static void measure(const struct sheet *sheet, size_t widths[SHEET_COLUMNS_MAX]) {
    struct walk walk = walk_over(sheet);
    const char *cell = NULL;
    size_t column = walk.column;
    while ((cell = walk_next(&walk))) {
        size_t width = utf8_string_width(cell);
        if (width > widths[column]) widths[column] = width;
        column = walk.column;
    }
}

static void add_blanks(struct buffer *to, size_t count) {
    while (count-- > 0) buffer_add_char(to, ' ');
}

void sheet_write_text(const struct sheet *sheet, struct buffer *to) {
    size_t widths[SHEET_COLUMNS_MAX] = {0};
    measure(sheet, widths);
    struct walk walk = walk_over(sheet);
    const char *cell = NULL;
    size_t column = 0;
    size_t owed = 0; /* blanks: only when something follows */
    while ((cell = walk_next(&walk))) {
        size_t room = widths[column] - utf8_string_width(cell);
        bool number = is_number(sheet, column);
        if (number) owed += room;
        if (cell[0]) {
            add_blanks(to, owed);
            owed = 0;
        }
        buffer_add_string(to, cell);
        owed += (number ? 0 : room) + 2;
        column = walk.column;
        if (column != 0) continue;
        buffer_add_char(to, '\n');
        owed = 0;
    }
}

static void add_quoted(struct buffer *to, const char *cell, bool number) {
    if (!number && cell[0] && strchr("=+-@", cell[0])) {
        buffer_add_string(to, "\"'");
    } else if (!strpbrk(cell, "\",\r\n")) {
        buffer_add_string(to, cell);
        return;
    } else {
        buffer_add_char(to, '"');
    }
    for (; *cell; cell++) {
        if (*cell == '"') buffer_add_char(to, '"');
        buffer_add_char(to, *cell);
    }
    buffer_add_char(to, '"');
}

void sheet_write_csv(const struct sheet *sheet, struct buffer *to) {
    struct walk walk = walk_over(sheet);
    const char *cell = NULL;
    size_t column = 0;
    bool names = true;
    while ((cell = walk_next(&walk))) {
        if (column > 0) buffer_add_char(to, ',');
        add_quoted(to, cell, !names && is_number(sheet, column));
        column = walk.column;
        if (column != 0) continue;
        buffer_add_string(to, "\r\n");
        names = false;
    }
}

static void add_value(struct json_writer *json, const char *cell, bool number) {
    if (!number) {
        json_string(json, cell);
    } else if (cell[0]) {
        json_raw(json, slice_of(cell));
    } else {
        json_null(json);
    }
}

void sheet_write_json(const struct sheet *sheet, struct json_writer *json) {
    const char *names[SHEET_COLUMNS_MAX];
    struct walk walk = walk_over(sheet);
    for (size_t i = 0; i < sheet->columns; i++) names[i] = walk_next(&walk);
    json_array_begin(json);
    const char *cell = NULL;
    size_t column = 0;
    while ((cell = walk_next(&walk))) {
        if (column == 0) json_object_begin(json);
        json_key(json, names[column]);
        add_value(json, cell, is_number(sheet, column));
        column = walk.column;
        if (column == 0) json_object_end(json);
    }
    json_array_end(json);
}
