/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "base/units.h"
#include "core/metric_value.h"
#include "core/objective.h"
#include "ui/finding.h"
#include "ui/layout.h"
#include "ui/table.h"
#include "ui/views/panels.h"

enum { GRAPHS = 3, GRAPH_HEIGHT_MIN = 3, GRAPH_WIDTH_MIN = 38 };

/* "━ stable", and how old its figures are: "━ stable 12s old". */
enum { NAME_WIDTH = 8, AGED_WIDTH = 16, AGED_SIZE = 40 };

static const enum metric quantiles[GRAPHS] = {METRIC_P50, METRIC_P95, METRIC_P99};

enum column {
    COLUMN_TRACK,
    COLUMN_P50,
    COLUMN_P95,
    COLUMN_P99,
    COLUMN_UP,
    COLUMN_TTFT
};

/* How old the percentiles of a track are when they are old, else "". */
static struct figure aged_figure(const struct scene *scene, enum track track) {
    return scene_figure(scene, track, METRIC_P95);
}

static bool has_old_figures(const struct scene *scene) {
    return aged_figure(scene, TRACK_STABLE).age[0] ||
           aged_figure(scene, TRACK_CANARY).age[0];
}

static void put_name(
    struct canvas *canvas, const struct table *table, int row,
    const struct scene *scene) {
    enum track track = row == 0 ? TRACK_STABLE : TRACK_CANARY;
    struct figure figure = aged_figure(scene, track);
    char words[AGED_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "━ %s", track_name(track));
    if (figure.age[0]) text_addf(&text, " %s old", figure.age);
    enum role role = row == 0 ? ROLE_STABLE : ROLE_CANARY;
    struct table_cell name = {
        .row = row,
        .column = COLUMN_TRACK,
        .words = words,
        .role = figure.age[0] ? ROLE_STALE : role,
    };
    table_put(canvas, table, name);
}

static void put_figure(
    struct canvas *canvas, const struct table *table, struct table_cell cell,
    const struct figure *figure) {
    cell.words = figure->words;
    cell.role = figure_role(figure, cell.role);
    table_put(canvas, table, cell);
}

static void draw_track(
    struct canvas *canvas, const struct table *table, int row,
    const struct scene *scene) {
    static const enum metric metrics[] = {
        [COLUMN_P50] = METRIC_P50,   [COLUMN_P95] = METRIC_P95,
        [COLUMN_P99] = METRIC_P99,   [COLUMN_UP] = METRIC_UPSTREAM,
        [COLUMN_TTFT] = METRIC_TTFT,
    };
    enum track track = row == 0 ? TRACK_STABLE : TRACK_CANARY;
    put_name(canvas, table, row, scene);
    for (uint32_t i = COLUMN_P50; i <= COLUMN_TTFT; i++) {
        struct figure figure = scene_figure(scene, track, metrics[i]);
        enum finding_level level = finding_judge(scene, track, metrics[i]);
        enum role role =
            level >= FINDING_WARN ? finding_level_role(level) : ROLE_STRONG;
        put_figure(
            canvas, table, (struct table_cell){.row = row, .column = i, .role = role},
            &figure);
    }
}

/* Returns how many rows it took. */
static int draw_figures(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    int name_width = has_old_figures(scene) ? AGED_WIDTH : NAME_WIDTH;
    const struct table_column columns[] = {
        [COLUMN_TRACK] = {"", name_width, 1, 9, false},
        [COLUMN_P50] = {"p50", 6, 1, 7, true},
        [COLUMN_P95] = {"p95", 6, 1, 8, true},
        [COLUMN_P99] = {"p99", 6, 1, 6, true},
        [COLUMN_UP] = {"upstream", 8, 1, 3, true},
        [COLUMN_TTFT] = {"ttft", 6, 1, 2, true},
    };
    bool canary = scene_has_canary(scene);
    struct rect at = {rect.x + 1, rect.y, rect.width - 2, canary ? 3 : 2};
    if (at.height > rect.height) at.height = rect.height;
    struct table table =
        table_begin(canvas, at, columns, sizeof columns / sizeof *columns);
    draw_track(canvas, &table, 0, scene);
    if (canary) draw_track(canvas, &table, 1, scene);
    return at.height;
}

static void draw_graph(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    enum metric metric) {
    struct graph graph = scene_overlay(scene, metric);
    graph.excess = true;
    if (metric == METRIC_P95) graph.limit = scene->state->slo_p95_ms;
    graph_draw(canvas, rect, &graph);
    canvas_print(canvas, rect, ROLE_DIM, "%s", metric_label(metric));
}

/* All three beside or below each other when there is room, else the one that has an
 * objective. */
static void draw_graphs(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    bool beside = rect.width >= GRAPHS * GRAPH_WIDTH_MIN;
    bool below = rect.height >= GRAPHS * (GRAPH_HEIGHT_MIN + 1);
    if (!beside && !below) {
        draw_graph(canvas, rect, scene, METRIC_P95);
        return;
    }
    struct layout_item items[GRAPHS];
    for (size_t i = 0; i < GRAPHS; i++) items[i] = (struct layout_item){.weight = 1};
    layout_share(items, GRAPHS, beside ? rect.width : rect.height);
    for (size_t i = 0; i < GRAPHS; i++) {
        struct rect at =
            beside ? layout_column(rect, items, i) : layout_row(rect, items, i);
        draw_graph(canvas, at, scene, quantiles[i]);
    }
}

static void add_objective_note(struct panel_frame *frame, const struct scene *scene) {
    float limit = scene->state->slo_p95_ms;
    if (isnan(limit)) return;
    char words[FIGURE_SIZE];
    struct text text = TEXT_IN(words);
    metric_add_value(&text, METRIC_P95, limit);
    panel_add_note(frame, ROLE_LIMIT, "SLO p95 %s", words);
}

/* How much worse or better the canary's p95 is, once there is enough to say so. */
static void add_delta_note(struct panel_frame *frame, const struct scene *scene) {
    struct objectives objectives;
    objectives_judge(scene->state, scene->view_ns, &objectives);
    for (uint32_t i = 0; i < objectives.count; i++) {
        const struct objective *objective = &objectives.items[i];
        bool compares = objective->kind == OBJECTIVE_P95_WORSE;
        if (!compares || objective->level == OBJECTIVE_UNJUDGED) continue;
        double ratio = (double)objective->value / (double)objective->stable;
        double percent = round((ratio - 1) * 100) + 0.0; /* never a negative zero */
        panel_add_note(frame, ROLE_TITLE, "canary p95 %+.0f%%", percent);
    }
}

void panels_draw_latency(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    struct panel_frame frame = scene_frame(scene, PANEL_LATENCY);
    add_delta_note(&frame, scene);
    add_objective_note(&frame, scene);
    struct rect inner = panel_draw(canvas, rect, &frame);
    int used = draw_figures(canvas, inner, scene);
    inner.y += used;
    inner.height -= used;
    if (inner.height >= 2) draw_graphs(canvas, inner, scene);
}
