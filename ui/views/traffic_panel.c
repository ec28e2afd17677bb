/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "base/units.h"
#include "ui/views/panels.h"

/* "stable 412" in the colour of its line; an old or missing value says so. */
static void add_track_note(
    struct panel_frame *frame, const struct scene *scene, enum track track,
    enum metric metric) {
    struct figure figure = scene_figure(scene, track, metric);
    enum role role = track == TRACK_CANARY ? ROLE_CANARY : ROLE_STABLE;
    role = figure_role(&figure, role);
    const char *name = track == TRACK_CANARY ? "canary" : "stable";
    if (figure.age[0]) {
        panel_add_note(frame, role, "%s %s %s old", name, figure.words, figure.age);
    } else {
        panel_add_note(frame, role, "%s %s", name, figure.words);
    }
}

static void add_split_note(struct panel_frame *frame, const struct scene *scene) {
    struct figure wanted = scene_figure(scene, TRACK_STABLE, METRIC_SPLIT_WANTED);
    if (isnan(wanted.value)) return;
    struct figure seen = scene_figure(scene, TRACK_STABLE, METRIC_SPLIT_SEEN);
    enum role role = figure_role(&wanted, ROLE_DIM);
    char share[FIGURE_SIZE];
    struct text text = TEXT_IN(share);
    figure_add_share(&text, wanted.value);
    panel_add_note(frame, role, "split %s", share);
    if (!isnan(seen.value)) panel_add_note(frame, role, "seen %s", seen.words);
}

void panels_draw_traffic(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    struct panel_frame frame = scene_frame(scene, PANEL_TRAFFIC);
    frame.title = "traffic rps";
    add_track_note(&frame, scene, TRACK_STABLE, METRIC_RPS);
    if (scene_has_canary(scene)) {
        add_track_note(&frame, scene, TRACK_CANARY, METRIC_RPS);
    }
    add_split_note(&frame, scene);
    struct rect inner = panel_draw(canvas, rect, &frame);
    struct graph graph = scene_overlay(scene, METRIC_RPS);
    graph_draw(canvas, inner, &graph);
}
