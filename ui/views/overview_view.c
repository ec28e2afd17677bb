/* SPDX-License-Identifier: MIT */
#include "ui/views/overview_view.h"

#include <math.h>
#include <string.h>

#include "base/units.h"
#include "ui/layout.h"
#include "ui/views/metric_rows.h"
#include "ui/views/note_rows.h"
#include "ui/views/panels.h"
#include "ui/views/part_rows.h"

enum { FRAME_ROWS = 3 }; /* status, verdict and keys around the body */

enum size_class size_class_of(int width, int height) {
    if (width >= 200 && height >= 60) return SIZE_LARGE;
    if (width >= 120 && height >= 40) return SIZE_MEDIUM;
    if (width >= 80 && height >= 24) return SIZE_SMALL;
    return width >= 40 && height >= 10 ? SIZE_TINY : SIZE_LINE;
}

/* Two panels beside each other. */
static void place_pair(
    struct rect row, const enum panel pair[2], const int weights[2],
    struct rect panels[PANEL_COUNT]) {
    struct layout_item items[2] = {{.weight = weights[0]}, {.weight = weights[1]}};
    layout_share(items, 2, row.width);
    for (size_t i = 0; i < 2; i++) panels[pair[i]] = layout_column(row, items, i);
}

static void place_small(struct rect body, struct rect panels[PANEL_COUNT]) {
    struct layout_item rows[] = {
        {.least = 11, .weight = 3, .most = 18, .priority = 3},
        {.least = 6, .weight = 2, .priority = 2},
        {.least = 4, .weight = 1, .priority = 1},
    };
    layout_share(rows, 3, body.height);
    panels[PANEL_TRAFFIC] = layout_row(body, rows, 0);
    place_pair(
        layout_row(body, rows, 1), (enum panel[]){PANEL_ERRORS, PANEL_HEALTH},
        (int[]){5, 4}, panels);
    panels[PANEL_EVENTS] = layout_row(body, rows, 2);
}

/* Traffic over latency at the left, errors beside both. */
static void place_graphs(struct rect row, struct rect panels[PANEL_COUNT]) {
    struct layout_item columns[] = {{.weight = 1}, {.weight = 1}};
    layout_share(columns, 2, row.width);
    struct rect left = layout_column(row, columns, 0);
    struct layout_item rows[] = {
        {.least = 6, .weight = 2},
        {.least = 8, .weight = 3},
    };
    layout_share(rows, 2, left.height);
    panels[PANEL_TRAFFIC] = layout_row(left, rows, 0);
    panels[PANEL_LATENCY] = layout_row(left, rows, 1);
    panels[PANEL_ERRORS] = layout_column(row, columns, 1);
}

static void place_thirds(
    struct rect row, const enum panel thirds[3], struct rect panels[PANEL_COUNT]) {
    struct layout_item items[] = {{.weight = 1}, {.weight = 1}, {.weight = 1}};
    layout_share(items, 3, row.width);
    for (size_t i = 0; i < 3; i++) panels[thirds[i]] = layout_column(row, items, i);
}

static void place_medium(struct rect body, struct rect panels[PANEL_COUNT]) {
    struct layout_item rows[] = {
        {.least = 14, .weight = 3},
        {.least = 8, .weight = 0},
        {.least = 8, .weight = 2},
    };
    layout_share(rows, 3, body.height);
    place_graphs(layout_row(body, rows, 0), panels);
    place_thirds(
        layout_row(body, rows, 1),
        (enum panel[]){PANEL_SATURATION, PANEL_REDIS, PANEL_AGENT}, panels);
    place_pair(
        layout_row(body, rows, 2), (enum panel[]){PANEL_HEALTH, PANEL_EVENTS},
        (int[]){1, 1}, panels);
}

static void place_large(struct rect body, struct rect panels[PANEL_COUNT]) {
    struct layout_item rows[] = {
        {.least = 20, .weight = 3},
        {.least = 11, .weight = 0},
        {.least = 10, .weight = 2},
    };
    layout_share(rows, 3, body.height);
    place_thirds(
        layout_row(body, rows, 0),
        (enum panel[]){PANEL_TRAFFIC, PANEL_ERRORS, PANEL_LATENCY}, panels);
    /* Traffic needs less height than the tables beside it. */
    struct layout_item left[] = {{.least = 9, .weight = 1}, {.least = 11, .weight = 0}};
    struct rect column = panels[PANEL_TRAFFIC];
    layout_share(left, 2, column.height);
    panels[PANEL_TRAFFIC] = layout_row(column, left, 0);
    panels[PANEL_SATURATION] = layout_row(column, left, 1);
    place_thirds(
        layout_row(body, rows, 1), (enum panel[]){PANEL_REDIS, PANEL_AGENT, PANEL_RUNS},
        panels);
    place_pair(
        layout_row(body, rows, 2), (enum panel[]){PANEL_HEALTH, PANEL_EVENTS},
        (int[]){1, 1}, panels);
}

void overview_view_place(
    struct rect body, enum size_class size, const struct scene *scene,
    struct rect panels[PANEL_COUNT]) {
    memset(panels, 0, sizeof *panels * PANEL_COUNT);
    if (scene->zoomed && size >= SIZE_SMALL) {
        panels[scene->focus] = body;
        return;
    }
    switch (size) {
    case SIZE_LINE:
    case SIZE_TINY: return;
    case SIZE_SMALL: place_small(body, panels); return;
    case SIZE_MEDIUM: place_medium(body, panels); return;
    case SIZE_LARGE: place_large(body, panels); return;
    }
}

/* One line per metric, then the worst parts and the last events. */
static void draw_tiny(
    struct canvas *canvas, struct rect body, const struct scene *scene) {
    static const struct metric_row metrics[] = {
        {METRIC_RPS, METRIC_COUNT, NULL},
        {METRIC_ERROR_RATIO, METRIC_COUNT, NULL},
        {METRIC_P95, METRIC_COUNT, NULL},
        {METRIC_QUEUE_WAITING, METRIC_COUNT, NULL},
        {METRIC_REDIS_OPS, METRIC_COUNT, "redis/s"},
        {METRIC_UPSTREAM, METRIC_COUNT, "model"},
        {METRIC_P50, METRIC_COUNT, NULL},
        {METRIC_P99, METRIC_COUNT, NULL},
        {METRIC_IN_FLIGHT, METRIC_COUNT, NULL},
        {METRIC_TOKENS, METRIC_COUNT, NULL},
        {METRIC_CPU, METRIC_CPU, NULL},
        {METRIC_MEMORY, METRIC_COUNT, NULL},
        {METRIC_WORKERS_BUSY, METRIC_WORKERS, "workers"},
    };
    enum { METRICS = sizeof metrics / sizeof *metrics };
    if (scene->zoomed) {
        panels_draw(canvas, body, scene, scene->focus);
        return;
    }
    struct layout_item rows[] = {
        {.least = 5, .weight = 4, .most = METRICS, .priority = 3},
        {.least = 1, .weight = 1, .priority = 2},
        {.least = 1, .weight = 1, .priority = 1},
    };
    layout_share(rows, 3, body.height);
    metric_rows_draw(canvas, layout_row(body, rows, 0), scene, metrics, METRICS);
    part_rows_draw(canvas, layout_row(body, rows, 1), scene);
    note_rows_draw(canvas, layout_row(body, rows, 2), scene);
}

/* Every other panel, so that both halves are of one weight. */
static bool has_its_turn(const struct scene *scene, unsigned panel) {
    if (scene->turn == FRAME_WHOLE) return true;
    return (panel % 2 == 0) == (scene->turn == FRAME_FIRST_HALF);
}

void overview_view_draw(
    struct canvas *canvas, struct rect body, const struct scene *scene) {
    enum size_class size = size_class_of(body.width, body.height + FRAME_ROWS);
    if (size == SIZE_LINE) return;
    if (size == SIZE_TINY) {
        draw_tiny(canvas, body, scene);
        return;
    }
    struct rect panels[PANEL_COUNT];
    overview_view_place(body, size, scene, panels);
    for (unsigned i = 0; i < PANEL_COUNT; i++) {
        enum panel panel = (enum panel)i;
        if (panels[i].width == 0 || !has_its_turn(scene, i)) continue;
        bool small = size == SIZE_SMALL && !scene->zoomed;
        if (small && panel == PANEL_TRAFFIC) {
            panels_draw_red(canvas, panels[i], scene);
        } else if (small && panel == PANEL_HEALTH) {
            panels_draw_deps(canvas, panels[i], scene);
        } else {
            panels_draw(canvas, panels[i], scene, panel);
        }
    }
}
