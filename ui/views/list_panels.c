/* SPDX-License-Identifier: MIT */
#include "base/units.h"
#include "ui/finding.h"
#include "ui/table.h"
#include "ui/views/note_rows.h"
#include "ui/views/panels.h"
#include "ui/views/part_rows.h"
#include "ui/views/run_rows.h"

void panels_draw_health(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    struct panel_frame frame = scene_frame(scene, PANEL_HEALTH);
    uint32_t good = 0;
    bool any = scene->state->part_count > 0;
    enum finding_level worst = any ? FINDING_OK : FINDING_WAITING;
    for (uint32_t i = 0; i < scene->state->part_count; i++) {
        enum finding_level level = finding_of_part(&scene->state->parts[i]);
        if (level == FINDING_OK) good++;
        if (level > worst) worst = level;
    }
    panel_add_note(
        &frame, finding_level_role(worst), "%s %u/%u ok", finding_level_mark(worst),
        good, scene->state->part_count);
    part_rows_draw(canvas, panel_draw(canvas, rect, &frame), scene);
}

void panels_draw_events(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    struct panel_frame frame = scene_frame(scene, PANEL_EVENTS);
    panel_add_note(&frame, ROLE_DIM, "%u", scene->state->note_count);
    note_rows_draw(canvas, panel_draw(canvas, rect, &frame), scene);
}

void panels_draw_runs(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    struct panel_frame frame = scene_frame(scene, PANEL_RUNS);
    run_rows_draw(canvas, panel_draw(canvas, rect, &frame), scene);
}

void panels_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    enum panel panel) {
    switch (panel) {
    case PANEL_TRAFFIC: panels_draw_traffic(canvas, rect, scene); return;
    case PANEL_ERRORS: panels_draw_errors(canvas, rect, scene); return;
    case PANEL_LATENCY: panels_draw_latency(canvas, rect, scene); return;
    case PANEL_SATURATION: panels_draw_saturation(canvas, rect, scene); return;
    case PANEL_REDIS: panels_draw_redis(canvas, rect, scene); return;
    case PANEL_AGENT: panels_draw_agent(canvas, rect, scene); return;
    case PANEL_HEALTH: panels_draw_health(canvas, rect, scene); return;
    case PANEL_EVENTS: panels_draw_events(canvas, rect, scene); return;
    case PANEL_RUNS: panels_draw_runs(canvas, rect, scene); return;
    case PANEL_CHECKS:
    case PANEL_COUNT: return;
    }
}
