/* SPDX-License-Identifier: MIT */
#include "ui/views/heat_map.h"
#include "ui/views/load_panels.h"

void load_panels_draw_heat(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    enum { WIDE = 80 };
    struct panel_frame frame = scene_frame(scene, PANEL_LOAD_HEAT);
    frame.title = rect.width >= WIDE
                      ? "latency heat  (from intended start: no coordinated omission)"
                      : "latency heat";
    panel_add_note(&frame, ROLE_DIM, "log");
    struct rect inner = panel_draw(canvas, rect, &frame);
    heat_map_draw(canvas, inner, scene, &scene->model->load_heat);
}
