/* SPDX-License-Identifier: MIT */
#include "ui/views/metric_rows.h"

#include <math.h>

#include "ui/finding.h"
#include "ui/layout.h"

enum {
    NAME_WIDTH = 10,
    VALUE_WIDTH = 7,
    TREND_MIN = 5,
    WORD_WIDTH = 6,
    WORD_FROM_WIDTH = 60, /* narrower rows carry the mark alone */
};

/* The cells of a row, left to right. */
enum row_cell {
    CELL_NAME,
    CELL_STABLE,
    CELL_STABLE_TREND,
    CELL_CANARY,
    CELL_CANARY_TREND,
    CELL_WORD,
    CELL_COUNT,
};

struct row_layout {
    struct rect rect;
    struct layout_item items[CELL_COUNT];
    bool words; /* a word about the row, not only its mark */
};

static struct row_layout layout_of(struct rect rect, bool canary) {
    struct row_layout layout = {.rect = rect, .words = rect.width >= WORD_FROM_WIDTH};
    layout.items[CELL_NAME] = (struct layout_item){.least = NAME_WIDTH, .priority = 9};
    layout.items[CELL_STABLE] =
        (struct layout_item){.least = VALUE_WIDTH, .priority = 9};
    layout.items[CELL_STABLE_TREND] =
        (struct layout_item){.least = TREND_MIN, .weight = 1, .priority = 3};
    layout.items[CELL_CANARY] =
        (struct layout_item){.least = canary ? VALUE_WIDTH : 0, .priority = 8};
    layout.items[CELL_CANARY_TREND] = (struct layout_item){
        .least = canary ? TREND_MIN : 0, .weight = canary ? 1 : 0, .priority = 2};
    layout.items[CELL_WORD] =
        (struct layout_item){.least = layout.words ? WORD_WIDTH + 1 : 2, .priority = 7};
    layout_share(layout.items, CELL_COUNT, rect.width);
    return layout;
}

static struct rect cell_of(const struct row_layout *layout, enum row_cell cell) {
    return layout_column(layout->rect, layout->items, cell);
}

/* The value right-aligned; the age of an old one stands in for its past. */
static void draw_value(
    struct canvas *canvas, const struct row_layout *layout, enum row_cell cell,
    const struct figure *figure, enum role role) {
    struct rect at = cell_of(layout, cell);
    if (at.width <= 1) return;
    role = figure_role(figure, role);
    canvas_text_right(canvas, at.x, at.y, at.width - 1, figure->words, role);
}

static void draw_trend(
    struct canvas *canvas, struct rect at, const struct scene *scene, enum track track,
    const struct metric_row *row) {
    if (at.width <= 1) return;
    at.width--;
    struct figure figure = scene_figure(scene, track, row->metric);
    enum role role = track == TRACK_CANARY ? ROLE_CANARY : ROLE_STABLE;
    if (figure.age[0]) {
        int used = canvas_print(canvas, at, ROLE_STALE, "%s old ", figure.age);
        at.x += used;
        at.width -= used;
    }
    if (row->whole == METRIC_COUNT) {
        struct graph graph = scene_graph(scene, track, row->metric);
        graph_draw_spark(canvas, at, &graph, role);
        return;
    }
    double ratio = (double)figure.value;
    if (row->whole != row->metric) {
        ratio /= (double)scene_figure(scene, track, row->whole).value;
    }
    if (isfinite(ratio)) graph_draw_bar(canvas, at, ratio, role);
}

static enum finding_level worse(enum finding_level a, enum finding_level b) {
    return a > b ? a : b;
}

static void draw_word(
    struct canvas *canvas, struct rect at, enum finding_level level, bool words) {
    if (at.width <= 1 || level == FINDING_WAITING) return;
    enum role role = finding_level_role(level);
    const char *mark = finding_level_mark(level);
    if (words && level == FINDING_OK) {
        canvas_text_right(canvas, at.x, at.y, at.width - 1, "ok", role);
    } else if (words) {
        struct rect right = {at.x + at.width - WORD_WIDTH, at.y, WORD_WIDTH - 1, 1};
        canvas_print(canvas, right, role, "%s%s", mark, finding_level_name(level));
    } else if (level != FINDING_OK) {
        canvas_text(canvas, at.x, at.y, 1, mark, role);
    }
}

static void draw_row(
    struct canvas *canvas, const struct row_layout *layout, const struct scene *scene,
    const struct metric_row *row) {
    bool of_track = metric_scope(row->metric) == METRIC_OF_TRACK;
    struct rect name = cell_of(layout, CELL_NAME);
    canvas_text(
        canvas, name.x, name.y, name.width - 1,
        row->name ? row->name : metric_label(row->metric), ROLE_TEXT);

    struct figure stable = scene_figure(scene, TRACK_STABLE, row->metric);
    draw_value(canvas, layout, CELL_STABLE, &stable, ROLE_STRONG);
    struct rect trend = cell_of(layout, CELL_STABLE_TREND);
    enum finding_level level = finding_judge(scene, TRACK_STABLE, row->metric);
    if (of_track && layout->items[CELL_CANARY].size > 0) {
        struct figure canary = scene_figure(scene, TRACK_CANARY, row->metric);
        draw_value(canvas, layout, CELL_CANARY, &canary, ROLE_STRONG);
        draw_trend(
            canvas, cell_of(layout, CELL_CANARY_TREND), scene, TRACK_CANARY, row);
        level = worse(level, finding_judge(scene, TRACK_CANARY, row->metric));
    } else {
        trend.width += layout->items[CELL_CANARY].size;
        trend.width += layout->items[CELL_CANARY_TREND].size;
    }
    draw_trend(canvas, trend, scene, TRACK_STABLE, row);
    draw_word(canvas, cell_of(layout, CELL_WORD), level, layout->words);
}

/* Without a second track its cells would stay empty. */
static bool wants_canary(
    const struct scene *scene, const struct metric_row *rows, size_t count) {
    if (!scene_has_canary(scene)) return false;
    for (size_t i = 0; i < count; i++) {
        if (metric_scope(rows[i].metric) == METRIC_OF_TRACK) return true;
    }
    return false;
}

void metric_rows_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    const struct metric_row *rows, size_t count) {
    struct rect inner = {rect.x + 1, rect.y, rect.width - 2, 1};
    if (inner.width <= 0) return;
    struct row_layout layout = layout_of(inner, wants_canary(scene, rows, count));
    for (size_t i = 0; i < count && (int)i < rect.height; i++) {
        layout.rect.y = rect.y + (int)i;
        draw_row(canvas, &layout, scene, &rows[i]);
    }
}
