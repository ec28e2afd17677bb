/* SPDX-License-Identifier: MIT */
#include "ui/views/canary_panels.h"
#include "ui/views/heat_map.h"

static void draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    enum track track) {
    bool canary = track == TRACK_CANARY;
    enum panel panel = canary ? PANEL_CANARY_HEAT : PANEL_CANARY_STABLE_HEAT;
    struct panel_frame frame = scene_frame(scene, panel);
    frame.title = canary ? "latency heat, canary" : "latency heat, stable";
    panel_add_note(&frame, ROLE_DIM, "log");
    struct rect inner = panel_draw(canvas, rect, &frame);
    heat_map_draw(canvas, inner, scene, &scene->model->heat[track]);
}

void canary_panels_draw_stable_heat(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    draw(canvas, rect, scene, TRACK_STABLE);
}

void canary_panels_draw_heat(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    draw(canvas, rect, scene, TRACK_CANARY);
}
