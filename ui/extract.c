/* SPDX-License-Identifier: MIT */
#include "ui/extract.h"

#include <string.h>

#include "base/units.h"
#include "ui/extract_sheets.h"
#include "ui/ui_rows.h"

static bool ends_in(const char *name, const char *end) {
    size_t length = strlen(name);
    size_t tail = strlen(end);
    return length > tail && strcmp(name + length - tail, end) == 0;
}

bool extract_format_of(const char *name, enum extract_format *format) {
    static const char *const ends[] = {
        [EXTRACT_TEXT] = ".txt", [EXTRACT_CSV] = ".csv", [EXTRACT_JSON] = ".json"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (!ends_in(name, ends[i])) continue;
        *format = (enum extract_format)i;
        return true;
    }
    return false;
}

bool extract_name_is_good(const char *name) {
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789._-";
    size_t length = strlen(name);
    if (length == 0 || length >= EXTRACT_NAME_SIZE) return false;
    return name[0] != '.' && name[0] != '-' && strspn(name, good) == length;
}

void extract_name(const struct scene *scene, char name[EXTRACT_NAME_SIZE]) {
    char time[EXTRACT_NAME_SIZE];
    struct text text = TEXT_IN(time);
    units_add_timestamp(&text, scene_wall_ms(scene, scene->view_ns));
    *strchr(time, '.') = '\0'; /* 2026-11-26T14:22:07 */
    text = text_in(name, EXTRACT_NAME_SIZE);
    for (const char *c = panel_title(scene->focus); *c; c++) {
        text_add_char(&text, (char)(*c == ' ' ? '-' : *c));
    }
    text_add_char(&text, '-');
    for (const char *c = time; *c; c++) {
        if (*c != '-' && *c != ':') text_add_char(&text, *c);
    }
    text_add(&text, "Z.csv");
}

/* One row needs no names above it. */
static void drop_first_line(struct buffer *text) {
    const char *end = text->length ? memchr(text->data, '\n', text->length) : NULL;
    if (end) buffer_consume(text, (size_t)(end - text->data) + 1);
}

bool extract_copy(const struct scene *scene, struct buffer *to) {
    struct sheet sheet;
    sheet_init(&sheet);
    enum list list = ui_list(scene->focus);
    int64_t only = list == LIST_COUNT ? -1 : (int64_t)scene->selected[list];
    uint32_t count = extract_rows(scene, EXTRACT_SHOWN, only, &sheet);
    if (count > 0) sheet_write_text(&sheet, to);
    if (count > 0 && only >= 0) drop_first_line(to);
    sheet_clear(&sheet);
    return count > 0;
}

static void add_head(const struct scene *scene, struct buffer *to) {
    char time[EXTRACT_NAME_SIZE];
    struct text text = TEXT_IN(time);
    units_add_timestamp(&text, scene_wall_ms(scene, scene->view_ns));
    buffer_addf(
        to, "%s of %s at %s\n", panel_title(scene->focus), scene->live->target, time);
}

static void write_text(
    const struct scene *scene, const struct sheet *rows, const struct sheet *series,
    struct buffer *to) {
    add_head(scene, to);
    if (rows->rows > 0) {
        buffer_add_char(to, '\n');
        sheet_write_text(rows, to);
    }
    if (series->rows == 0) return;
    buffer_addf(to, "\nlast %s\n", scene_window_name(scene));
    sheet_write_text(series, to);
}

static void write_json(
    const struct scene *scene, const struct sheet *rows, const struct sheet *series,
    struct buffer *to) {
    char time[EXTRACT_NAME_SIZE];
    struct text text = TEXT_IN(time);
    units_add_timestamp(&text, scene_wall_ms(scene, scene->view_ns));
    struct json_writer json = json_writer_to(to);
    json_object_begin(&json);
    json_field_string(&json, "target", scene->live->target);
    json_field_string(&json, "panel", panel_title(scene->focus));
    json_field_string(&json, "time", time);
    json_field_uint(&json, "window_s", scene->window_ns / NS_PER_S);
    json_key(&json, "rows");
    sheet_write_json(rows, &json);
    json_key(&json, "series");
    sheet_write_json(series, &json);
    json_object_end(&json);
    buffer_add_char(to, '\n');
}

void extract_panel(
    const struct scene *scene, enum extract_format format, struct buffer *to) {
    struct sheet rows, series;
    sheet_init(&rows);
    sheet_init(&series);
    bool shown = format == EXTRACT_TEXT;
    extract_rows(scene, shown ? EXTRACT_SHOWN : EXTRACT_RAW, -1, &rows);
    bool values = extract_series(scene, &series);
    switch (format) {
    case EXTRACT_TEXT: write_text(scene, &rows, &series, to); break;
    case EXTRACT_CSV:
        values = values && ui_list(scene->focus) == LIST_COUNT;
        sheet_write_csv(values ? &series : &rows, to);
        break;
    case EXTRACT_JSON: write_json(scene, &rows, &series, to); break;
    }
    sheet_clear(&rows);
    sheet_clear(&series);
}
