/* SPDX-License-Identifier: MIT */
#include "ui/scene.h"

#include <math.h>

#include "base/units.h"

bool scene_has_canary(const struct scene *scene) {
    const struct state *state = scene->state;
    if (state->instances[TRACK_CANARY] > 0) return true;
    return state->value_ns[TRACK_CANARY][METRIC_RPS] != 0;
}

bool scene_is_armed(const struct scene *scene) {
    return scene->live->armed && scene->live->armed_until_ns > scene->now_ns;
}

int64_t scene_wall_ms(const struct scene *scene, uint64_t at_ns) {
    return (int64_t)(at_ns / 1000000) + scene->state->wall_offset_ms;
}

const char *scene_window_name(const struct scene *scene) {
    uint64_t minutes = scene->window_ns / (60 * NS_PER_S);
    if (minutes <= 1) return "1m";
    if (minutes <= 5) return "5m";
    return minutes <= 15 ? "15m" : "1h";
}

/* Whether a panel shows how something was. */
static bool has_past(enum panel panel) {
    if (panel == PANEL_CANARY_HEAT || panel == PANEL_CANARY_STABLE_HEAT) return true;
    if (panel >= PANEL_LOAD_LATENCY) return false; /* it is of the whole run */
    return panel != PANEL_HEALTH && panel != PANEL_EVENTS && panel != PANEL_RUNS &&
           panel != PANEL_CHECKS;
}

struct panel_frame scene_frame(const struct scene *scene, enum panel panel) {
    return (struct panel_frame){
        .number = (unsigned)panel < PANEL_NUMBERS ? (unsigned)panel + 1 : 0,
        .title = panel_title(panel),
        .span = has_past(panel) ? scene_window_name(scene) : NULL,
        .focus = scene->focus == panel,
        .armed =
            scene_is_armed(scene) && scene->live->target_class == TARGET_PRODUCTION,
    };
}

struct graph scene_graph(
    const struct scene *scene, enum track track, enum metric metric) {
    return (struct graph){
        .lower = model_series(scene->model, track, metric),
        .metric = metric,
        .view_ns = scene->view_ns,
        .window_ns = scene->window_ns,
        .glyphs = scene->glyphs,
        .limit = NAN,
    };
}

struct graph scene_overlay(const struct scene *scene, enum metric metric) {
    struct graph graph = scene_graph(scene, TRACK_STABLE, metric);
    if (scene_has_canary(scene)) {
        graph.upper = model_series(scene->model, TRACK_CANARY, metric);
    }
    return graph;
}

struct figure scene_figure(
    const struct scene *scene, enum track track, enum metric metric) {
    return figure_of(scene->state, track, metric, scene->view_ns);
}

bool scene_filters(const struct scene *scene, enum panel panel) {
    return scene->focus == panel && scene->filter->words[0] != '\0';
}

bool scene_row_shown(const struct scene *scene, enum panel panel, const char *row) {
    return scene->focus != panel || filter_lets(scene->filter, row);
}
