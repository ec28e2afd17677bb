/* SPDX-License-Identifier: MIT */
#include "ui/views/check_rows.h"

#include "base/text.h"
#include "base/units.h"
#include "ui/table.h"

enum { ROW_TEXT_SIZE = 192 };

enum column {
    COLUMN_MARK,
    COLUMN_NUMBER,
    COLUMN_NAME,
    COLUMN_VERDICT,
    COLUMN_TIME,
    COLUMN_DETAIL,
};

static bool is_shown(const struct scene *scene, const struct check_row *row) {
    if (!scene_filters(scene, PANEL_CHECKS)) return true;
    char line[ROW_TEXT_SIZE];
    struct text text = TEXT_IN(line);
    text_addf(&text, "%s %s", row->name, row->detail);
    if (row->done) text_addf(&text, " %s", verdict_name((enum verdict)row->verdict));
    return scene_row_shown(scene, PANEL_CHECKS, line);
}

uint32_t check_rows_count(const struct scene *scene) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < scene->state->check_count; i++) {
        if (is_shown(scene, &scene->state->checks[i])) count++;
    }
    return count;
}

static const char *mark_of(const struct check_row *row) {
    if (!row->done) return row->running ? "●" : "○";
    switch ((enum verdict)row->verdict) {
    case VERDICT_PASS: return row->flaky ? "~" : "✔";
    case VERDICT_INCONCLUSIVE: return "~";
    case VERDICT_FAIL:
    case VERDICT_ERROR: return "✘";
    case VERDICT_COUNT: break;
    }
    return "○";
}

static const char *word_of(const struct check_row *row) {
    if (!row->done) return row->running ? "running" : "waiting";
    if (row->flaky && row->verdict == VERDICT_PASS) return "FLAKY";
    return verdict_name((enum verdict)row->verdict);
}

static enum role role_of(const struct check_row *row) {
    if (!row->done) return row->running ? ROLE_STRONG : ROLE_OFF;
    switch ((enum verdict)row->verdict) {
    case VERDICT_PASS: return row->flaky ? ROLE_WARN : ROLE_OK;
    case VERDICT_INCONCLUSIVE: return ROLE_WARN;
    case VERDICT_FAIL:
    case VERDICT_ERROR: return ROLE_BAD;
    case VERDICT_COUNT: break;
    }
    return ROLE_OFF;
}

static void draw_row(
    struct canvas *canvas, const struct table *table, int y, uint32_t number,
    const struct check_row *row) {
    char digits[FIGURE_SIZE];
    struct text text = TEXT_IN(digits);
    text_addf(&text, "%u", number);
    char time[FIGURE_SIZE] = "";
    text = TEXT_IN(time);
    if (row->done) units_add_duration(&text, (uint64_t)row->duration_ms * NS_PER_MS);
    const struct table_cell cells[] = {
        {y, COLUMN_MARK, mark_of(row), role_of(row)},
        {y, COLUMN_NUMBER, digits, ROLE_DIM},
        {y, COLUMN_NAME, row->name, ROLE_STRONG},
        {y, COLUMN_VERDICT, word_of(row), role_of(row)},
        {y, COLUMN_TIME, time, ROLE_TEXT},
        {y, COLUMN_DETAIL, row->detail, ROLE_TEXT},
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        table_put(canvas, table, cells[i]);
    }
}

/* The place in the state of row `index` of what is shown; check_count past the end. */
static uint32_t place_of(const struct scene *scene, uint32_t index) {
    uint32_t i = 0;
    for (; i < scene->state->check_count; i++) {
        if (is_shown(scene, &scene->state->checks[i]) && index-- == 0) break;
    }
    return i;
}

const struct check_row *check_rows_at(
    const struct scene *scene, uint32_t index, const char **word) {
    uint32_t place = place_of(scene, index);
    if (place >= scene->state->check_count) return NULL;
    *word = word_of(&scene->state->checks[place]);
    return &scene->state->checks[place];
}

void check_rows_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    static const struct table_column columns[] = {
        [COLUMN_MARK] = {"", 1, 0, 9, false},
        [COLUMN_NUMBER] = {"", 2, 0, 3, true},
        [COLUMN_NAME] = {"CHECK", 12, 2, 9, false},
        [COLUMN_VERDICT] = {"RESULT", 12, 0, 8, false},
        [COLUMN_TIME] = {"TIME", 6, 0, 6, true},
        [COLUMN_DETAIL] = {"DETAIL", 16, 5, 5, false},
    };
    struct rect inner = {rect.x + 1, rect.y, rect.width - 1, rect.height};
    uint32_t count = check_rows_count(scene);
    if (count == 0) {
        canvas_print(
            canvas, inner, ROLE_OFF, "%s",
            scene->state->check_count ? "the filter lets nothing through"
                                      : "no smoke test was run yet");
        return;
    }
    struct table table =
        table_begin(canvas, inner, columns, sizeof columns / sizeof *columns);
    uint32_t selected = scene->selected[LIST_CHECKS];
    uint32_t first = table_first_row(count, selected, table.rect.height);
    for (int y = 0; y < table.rect.height; y++) {
        uint32_t place = place_of(scene, first + (uint32_t)y);
        if (place >= scene->state->check_count) break;
        draw_row(canvas, &table, y, place + 1, &scene->state->checks[place]);
        if (scene->focus == PANEL_CHECKS && first + (uint32_t)y == selected) {
            struct rect line = {rect.x, table.rect.y + y, rect.width, 1};
            canvas_mark(canvas, line, ROLE_SELECT);
        }
    }
}
