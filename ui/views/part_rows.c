/* SPDX-License-Identifier: MIT */
#include "ui/views/part_rows.h"

#include "base/units.h"
#include "core/metric_value.h"
#include "ui/finding.h"
#include "ui/table.h"

enum { ROW_TEXT_SIZE = 256, COLUMN_WIDTH_MIN = 44, COLUMNS_MAX = 3 };

enum column { COLUMN_MARK, COLUMN_NAME, COLUMN_STATUS, COLUMN_TIME, COLUMN_AGE };

static const struct table_column columns[] = {
    [COLUMN_MARK] = {"", 1, 0, 9, false},    [COLUMN_NAME] = {"", 14, 1, 9, false},
    [COLUMN_STATUS] = {"", 10, 4, 4, false}, [COLUMN_TIME] = {"", 6, 0, 6, true},
    [COLUMN_AGE] = {"", 5, 0, 7, true},
};

static bool is_shown(const struct scene *scene, const struct part *part) {
    if (!scene_filters(scene, PANEL_HEALTH)) return true;
    char line[ROW_TEXT_SIZE];
    struct text text = TEXT_IN(line);
    part_add_title(&text, scene->state, part);
    text_addf(
        &text, " %s %s %s", part_status_name((enum part_status)part->status),
        part->version, part->detail);
    return scene_row_shown(scene, PANEL_HEALTH, line);
}

/* Indexes of what is shown, the worst first, else in the order they came. */
static uint32_t sort_parts(const struct scene *scene, uint16_t order[STATE_PARTS_MAX]) {
    uint32_t count = 0;
    for (int level = FINDING_FAIL; level >= FINDING_OK; level--) {
        for (uint32_t i = 0; i < scene->state->part_count; i++) {
            const struct part *part = &scene->state->parts[i];
            if ((int)finding_of_part(part) != level || !is_shown(scene, part)) continue;
            order[count++] = (uint16_t)i;
        }
    }
    return count;
}

uint32_t part_rows_count(const struct scene *scene) {
    uint16_t order[STATE_PARTS_MAX];
    return sort_parts(scene, order);
}

const struct part *part_rows_worst(const struct state *state, enum part_kind kind) {
    const struct part *worst = NULL;
    for (uint32_t i = 0; i < state->part_count; i++) {
        const struct part *part = &state->parts[i];
        if (part->kind != kind) continue;
        if (!worst || finding_of_part(part) > finding_of_part(worst)) worst = part;
    }
    return worst;
}

const struct part *part_rows_at(const struct scene *scene, uint32_t index) {
    uint16_t order[STATE_PARTS_MAX];
    if (index >= sort_parts(scene, order)) return NULL;
    return &scene->state->parts[order[index]];
}

static void add_age(
    struct text *text, const struct scene *scene, const struct part *part) {
    if (part->answered_ns == 0) {
        text_add(text, "never");
        return;
    }
    bool ahead = part->answered_ns > scene->view_ns;
    figure_add_age(text, ahead ? 0 : scene->view_ns - part->answered_ns);
}

/* What it says of itself; that it is well needs no word. */
static void add_status(struct text *text, const struct part *part) {
    if (part->status != PART_OK) {
        text_add(text, part_status_name((enum part_status)part->status));
    }
    if (part->http_status != 0) {
        text_addf(text, text->length ? " %u" : "%u", part->http_status);
    }
    if (!part->detail[0]) return;
    if (text->length) text_add(text, part->status == PART_OK ? " " : ": ");
    text_add(text, part->detail);
}

static void draw_row(
    struct canvas *canvas, const struct table *table, int y, const struct scene *scene,
    const struct part *part) {
    char name[ROW_TEXT_SIZE];
    struct text text = TEXT_IN(name);
    part_add_title(&text, scene->state, part);
    char status[ROW_TEXT_SIZE];
    text = TEXT_IN(status);
    add_status(&text, part);
    char time[FIGURE_SIZE] = "";
    text = TEXT_IN(time);
    bool answers = part->status == PART_OK || part->status == PART_DEGRADED;
    if (answers) metric_add_value(&text, METRIC_HEALTH, part->latency_ms);
    char age[FIGURE_SIZE];
    text = TEXT_IN(age);
    add_age(&text, scene, part);

    enum role role = part_role(part);
    bool well = part->status == PART_OK;
    const struct table_cell cells[] = {
        {y, COLUMN_MARK, part_mark(part), role},
        {y, COLUMN_NAME, name, well ? ROLE_TEXT : ROLE_STRONG},
        {y, COLUMN_STATUS, status, well ? ROLE_DIM : role},
        {y, COLUMN_TIME, time, ROLE_STRONG},
        {y, COLUMN_AGE, age, answers ? ROLE_DIM : ROLE_STALE},
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        table_put(canvas, table, cells[i]);
    }
}

/* How many tables stand beside each other: no more than the rows need. */
static int tables_for(struct rect rect, uint32_t count) {
    int tables = 1;
    while (tables < COLUMNS_MAX && rect.width / (tables + 1) >= COLUMN_WIDTH_MIN &&
           (int)count > tables * rect.height) {
        tables++;
    }
    return tables;
}

static void draw_nothing(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    bool filtered = scene->state->part_count > 0;
    canvas_print(
        canvas, (struct rect){rect.x + 1, rect.y, rect.width - 2, rect.height},
        ROLE_OFF, "%s",
        filtered ? "the filter lets nothing through"
                 : finding_of_no_parts(scene->state));
}

/* As many rows of the order as the table is high. */
static void draw_table(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    const uint16_t *order, uint32_t count) {
    struct rect inner = {rect.x + 1, rect.y, rect.width - 1, rect.height};
    struct table table =
        table_begin(canvas, inner, columns, sizeof columns / sizeof *columns);
    for (int y = 0; y < rect.height && (uint32_t)y < count; y++) {
        draw_row(canvas, &table, y, scene, &scene->state->parts[order[y]]);
    }
}

void part_rows_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    uint16_t order[STATE_PARTS_MAX];
    uint32_t count = sort_parts(scene, order);
    if (count == 0) draw_nothing(canvas, rect, scene);
    if (count == 0 || rect.height <= 0) return;
    int tables = tables_for(rect, count);
    uint32_t height = (uint32_t)rect.height;
    uint32_t selected = scene->selected[LIST_HEALTH];
    uint32_t first = table_first_row(count, selected, rect.height * tables);
    for (int i = 0; i < tables && first < count; i++, first += height) {
        int left = rect.width * i / tables;
        int right = rect.width * (i + 1) / tables;
        struct rect at = {rect.x + left, rect.y, right - left, rect.height};
        draw_table(canvas, at, scene, order + first, count - first);
        bool here = selected >= first && selected - first < height;
        if (scene->focus == PANEL_HEALTH && here) {
            at.y += (int)(selected - first);
            at.height = 1;
            canvas_mark(canvas, at, ROLE_SELECT);
        }
    }
}
