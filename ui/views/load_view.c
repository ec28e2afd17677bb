/* SPDX-License-Identifier: MIT */
#include "ui/views/load_view.h"

#include <string.h>

#include "core/metric_value.h"
#include "ui/layout.h"
#include "ui/views/load_panels.h"
#include "ui/views/load_rows.h"
#include "ui/views/load_text.h"
#include "ui/views/overview_view.h"

enum { FRAME_ROWS = 3, WORDS_SIZE = 96, ROWS = 4 };

void load_panels_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    enum panel panel) {
    typedef void (*draw_fn)(struct canvas *, struct rect, const struct scene *);
    static const draw_fn draws[PANEL_COUNT] = {
        [PANEL_LOAD_RATE] = load_panels_draw_rate,
        [PANEL_LOAD_ERRORS] = load_panels_draw_errors,
        [PANEL_LOAD_HEAT] = load_panels_draw_heat,
        [PANEL_LOAD_LATENCY] = load_panels_draw_latency,
        [PANEL_LOAD_ANSWERS] = load_panels_draw_answers,
        [PANEL_LOAD_TARGET] = load_panels_draw_target,
        [PANEL_LOAD_GENERATOR] = load_panels_draw_generator,
        [PANEL_LOAD_COMPARISON] = load_panels_draw_comparison,
    };
    if (draws[panel]) draws[panel](canvas, rect, scene);
}

static void place_row(
    struct rect row, struct layout_item *items, size_t count, enum panel first,
    struct rect panels[PANEL_COUNT]) {
    layout_share(items, count, row.width);
    for (size_t i = 0; i < count; i++) panels[first + i] = layout_column(row, items, i);
}

void load_view_place(
    struct rect body, const struct scene *scene, struct rect panels[PANEL_COUNT]) {
    memset(panels, 0, sizeof *panels * PANEL_COUNT);
    enum size_class size = size_class_of(body.width, body.height + FRAME_ROWS);
    if (size <= SIZE_TINY) return;
    if (scene->zoomed) {
        panels[scene->focus] = body;
        return;
    }
    bool small = size == SIZE_SMALL;
    struct layout_item rows[ROWS] = {
        {.least = small ? 6 : 9, .weight = 2, .priority = 3},
        {.least = small ? 9 : 13, .weight = 3, .priority = 4},
        {.least = small ? 6 : 9, .weight = 1, .most = 18, .priority = 2},
        {.least = 6, .priority = 1},
    };
    layout_share(rows, ROWS, body.height);
    struct layout_item halves[] = {{.weight = 1}, {.weight = 1}};
    place_row(layout_row(body, rows, 0), halves, 2, PANEL_LOAD_RATE, panels);
    int beside = size == SIZE_LARGE ? 68 : 36;
    struct layout_item pair[] = {{.least = 40, .weight = 1}, {.least = beside}};
    place_row(layout_row(body, rows, 1), pair, 2, PANEL_LOAD_HEAT, panels);
    struct layout_item thirds[] = {{.weight = 42}, {.weight = 40}, {.weight = 38}};
    place_row(layout_row(body, rows, 2), thirds, 3, PANEL_LOAD_ANSWERS, panels);
    if (rows[3].size > 0) panels[PANEL_LOAD_COMPARISON] = layout_row(body, rows, 3);
}

/* A name, the value, and its past behind it. */
static void put_metric(
    struct load_rows *rows, const struct scene *scene, const char *name,
    enum metric metric, const char *words) {
    struct rect room = load_rows_put(rows, name, ROLE_STRONG, words);
    struct graph graph = scene_graph(scene, TRACK_STABLE, metric);
    graph_draw_spark(rows->canvas, room, &graph, ROLE_STABLE);
}

static void put_latency(
    struct load_rows *rows, const struct load_status *load, enum load_latency latency) {
    const struct load_gate *gate = load_text_gate(load, latency);
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    float ms = load->latencies.response_ms[latency];
    load_text_add_ms(&text, ms);
    enum role role = ms > 0 ? ROLE_STRONG : ROLE_OFF;
    const char *label = load_latency_label(latency);
    struct rect room = load_rows_put(rows, label, role, words);
    if (!gate || room.width == 0) return;
    enum verdict verdict = (enum verdict)gate->verdict;
    canvas_print(
        rows->canvas, room, load_text_role(verdict), "%s %s", gate->words,
        load_text_verdict(verdict));
}

/* One line per figure where there is no room for panels. */
static void draw_tiny(
    struct canvas *canvas, struct rect body, const struct scene *scene) {
    const struct load_status *load = &scene->state->load;
    struct load_rows rows = load_rows_in(canvas, body);
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    load_text_add_rate(&text, &load->rates);
    put_metric(&rows, scene, "rate", METRIC_LOAD_DONE, words);
    text_reset(&text);
    metric_add_value(&text, METRIC_LOAD_ERRORS, (float)load_status_error_ratio(load));
    put_metric(&rows, scene, "errors", METRIC_LOAD_ERRORS, words);
    put_latency(&rows, load, LOAD_P50);
    put_latency(&rows, load, LOAD_P95);
    put_latency(&rows, load, LOAD_P99);
    if (load->users_wanted > 0) {
        text_reset(&text);
        text_addf(&text, "%u of %u", load->users, load->users_wanted);
        put_metric(&rows, scene, "users", METRIC_LOAD_USERS, words);
    }
    static const char *const healths[] = {"not known yet", "✔ healthy", "!limited"};
    static const enum role roles[] = {ROLE_OFF, ROLE_OK, ROLE_BAD};
    unsigned health = load->generator.health;
    load_rows_put(&rows, "generator", roles[health], healths[health]);
}

void load_view_draw(
    struct canvas *canvas, struct rect body, const struct scene *scene) {
    enum size_class size = size_class_of(body.width, body.height + FRAME_ROWS);
    if (size == SIZE_LINE) return;
    if (size == SIZE_TINY && scene->zoomed) {
        load_panels_draw(canvas, body, scene, scene->focus);
        return;
    }
    if (size == SIZE_TINY) {
        draw_tiny(canvas, body, scene);
        return;
    }
    struct rect panels[PANEL_COUNT];
    load_view_place(body, scene, panels);
    for (unsigned i = 0; i < PANEL_COUNT; i++) {
        if (panels[i].width > 0 && panels[i].height > 0) {
            load_panels_draw(canvas, panels[i], scene, (enum panel)i);
        }
    }
}
