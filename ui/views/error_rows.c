/* SPDX-License-Identifier: MIT */
#include "ui/views/error_rows.h"

#include <string.h>

#include "base/units.h"
#include "ui/table.h"

enum { ROW_TEXT_SIZE = 320 };

enum column {
    COLUMN_KIND,
    COLUMN_ROUTE,
    COLUMN_VERSION,
    COLUMN_COUNT,
    COLUMN_LAST,
    COLUMN_SAMPLE,
};

static bool is_shown(const struct scene *scene, const struct error_row *row) {
    if (!scene_filters(scene, PANEL_ERRORS)) return true;
    char line[ROW_TEXT_SIZE];
    struct text text = TEXT_IN(line);
    text_addf(
        &text, "%s %s %s %s %s", row->kind, row->route, row->version, row->message,
        row->request_id);
    return scene_row_shown(scene, PANEL_ERRORS, line);
}

const struct error_row *error_rows_at(const struct scene *scene, uint32_t index) {
    for (uint32_t i = 0; i < scene->state->error_count; i++) {
        const struct error_row *row = &scene->state->errors[i];
        if (is_shown(scene, row) && index-- == 0) return row;
    }
    return NULL;
}

bool error_rows_same(const struct error_row *a, const struct error_row *b) {
    return a->track == b->track && strcmp(a->kind, b->kind) == 0 &&
           strcmp(a->route, b->route) == 0 && strcmp(a->version, b->version) == 0;
}

static uint32_t count_shown(const struct scene *scene) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < scene->state->error_count; i++) {
        if (is_shown(scene, &scene->state->errors[i])) count++;
    }
    return count;
}

int error_rows_count(const struct scene *scene) {
    uint32_t count = count_shown(scene);
    return count > 0 ? (int)count : 1;
}

static void add_age(
    struct text *text, const struct scene *scene, const struct error_row *row) {
    int64_t age_ms = scene_wall_ms(scene, scene->view_ns) - row->last_seen_ms;
    figure_add_age(text, age_ms > 0 ? (uint64_t)age_ms * NS_PER_MS : 0);
}

static void draw_row(
    struct canvas *canvas, const struct table *table, int y, const struct scene *scene,
    const struct error_row *row) {
    enum role role = row->track == TRACK_CANARY ? ROLE_CANARY : ROLE_STABLE;
    char count[FIGURE_SIZE];
    struct text text = TEXT_IN(count);
    units_add_count(&text, (double)row->count);
    char last[FIGURE_SIZE];
    text = TEXT_IN(last);
    add_age(&text, scene, row);
    char sample[ROW_TEXT_SIZE];
    text = TEXT_IN(sample);
    if (row->request_id[0]) text_addf(&text, "%s ", row->request_id);
    text_add(&text, row->message);

    const struct table_cell cells[] = {
        {y, COLUMN_KIND, row->kind, ROLE_STRONG},
        {y, COLUMN_ROUTE, row->route, ROLE_TEXT},
        {y, COLUMN_VERSION, row->version, role},
        {y, COLUMN_COUNT, count, ROLE_STRONG},
        {y, COLUMN_LAST, last, ROLE_TEXT},
        {y, COLUMN_SAMPLE, sample, ROLE_DIM},
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        table_put(canvas, table, cells[i]);
    }
}

/* Why the table is empty: nothing went wrong, or nobody knows. */
static void draw_nothing(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    const struct state *state = scene->state;
    struct rect at = {rect.x + 1, rect.y, rect.width - 2, rect.height};
    if (state->error_count > 0) {
        canvas_print(canvas, at, ROLE_DIM, "the filter lets nothing through");
    } else if (state->errors_at_ns == 0) {
        canvas_print(canvas, at, ROLE_OFF, "n/a: no list of errors");
    } else {
        canvas_print(canvas, at, ROLE_OK, "✔ no errors");
    }
}

void error_rows_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    static const struct table_column columns[] = {
        [COLUMN_KIND] = {"KIND", 14, 3, 9, false},
        [COLUMN_ROUTE] = {"ROUTE", 10, 2, 4, false},
        [COLUMN_VERSION] = {"VERSION", 7, 1, 7, false},
        [COLUMN_COUNT] = {"COUNT", 5, 0, 8, true},
        [COLUMN_LAST] = {"LAST", 4, 0, 6, true},
        [COLUMN_SAMPLE] = {"SAMPLE", 8, 6, 5, false},
    };
    uint32_t count = count_shown(scene);
    if (count == 0) {
        draw_nothing(canvas, rect, scene);
        return;
    }
    struct rect inner = {rect.x + 1, rect.y, rect.width - 1, rect.height};
    struct table table =
        table_begin(canvas, inner, columns, sizeof columns / sizeof *columns);
    uint32_t selected = scene->selected[LIST_ERRORS];
    uint32_t first = table_first_row(count, selected, table.rect.height);
    for (int y = 0; y < table.rect.height; y++) {
        const struct error_row *row = error_rows_at(scene, first + (uint32_t)y);
        if (!row) break;
        draw_row(canvas, &table, y, scene, row);
        if (scene->focus == PANEL_ERRORS && first + (uint32_t)y == selected) {
            struct rect line = {rect.x, table.rect.y + y, rect.width, 1};
            canvas_mark(canvas, line, ROLE_SELECT);
        }
    }
}
