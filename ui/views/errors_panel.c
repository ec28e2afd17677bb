/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "base/units.h"
#include "ui/views/error_rows.h"
#include "ui/views/panels.h"

enum { GRAPH_HEIGHT_MIN = 3, TABLE_HEIGHT_MIN = 5 };

static void add_note(
    struct panel_frame *frame, const struct scene *scene, enum track track) {
    struct figure figure = scene_figure(scene, track, METRIC_ERROR_RATIO);
    enum role role = track == TRACK_CANARY ? ROLE_CANARY : ROLE_STABLE;
    float limit = scene->state->slo_error_ratio;
    bool over = !figure.stale && figure.value > limit; /* false for NaN */
    const char *name = track == TRACK_CANARY ? "canary" : "stable";
    role = over ? ROLE_BAD : figure_role(&figure, role);
    panel_add_note(
        frame, role, "%s%s %s%s%s", over ? "! " : "", name, figure.words,
        figure.age[0] ? " old " : "", figure.age);
}

void panels_draw_errors(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    struct panel_frame frame = scene_frame(scene, PANEL_ERRORS);
    add_note(&frame, scene, TRACK_STABLE);
    if (scene_has_canary(scene)) add_note(&frame, scene, TRACK_CANARY);
    struct rect inner = panel_draw(canvas, rect, &frame);

    int rows = error_rows_count(scene) + 1;
    int graph_height = inner.height - rows;
    if (graph_height < inner.height / 2) graph_height = inner.height / 2;
    if (inner.height - graph_height < TABLE_HEIGHT_MIN && rows >= TABLE_HEIGHT_MIN) {
        graph_height = inner.height - TABLE_HEIGHT_MIN;
    }
    if (graph_height >= GRAPH_HEIGHT_MIN) {
        struct rect at = inner;
        at.height = graph_height;
        struct graph graph = scene_overlay(scene, METRIC_ERROR_RATIO);
        graph.excess = true;
        graph.limit = scene->state->slo_error_ratio;
        graph_draw(canvas, at, &graph);
        inner.y += graph_height;
        inner.height -= graph_height;
    }
    error_rows_draw(canvas, inner, scene);
}
