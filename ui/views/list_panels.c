/* SPDX-License-Identifier: MIT */
#include "base/units.h"
#include "ui/finding.h"
#include "ui/table.h"
#include "ui/views/dep_rows.h"
#include "ui/views/note_rows.h"
#include "ui/views/panels.h"
#include "ui/views/part_rows.h"
#include "ui/views/run_rows.h"

static uint32_t count_good(const struct scene *scene) {
    uint32_t good = 0;
    for (uint32_t i = 0; i < scene->state->part_count; i++) {
        if (finding_of_part(&scene->state->parts[i]) == FINDING_OK) good++;
    }
    return good;
}

static struct panel_frame health_frame(const struct scene *scene) {
    struct panel_frame frame = scene_frame(scene, PANEL_HEALTH);
    bool any = scene->state->part_count > 0;
    enum finding_level worst = any ? FINDING_OK : FINDING_WAITING;
    for (uint32_t i = 0; i < scene->state->part_count; i++) {
        enum finding_level level = finding_of_part(&scene->state->parts[i]);
        if (level > worst) worst = level;
    }
    panel_add_note(
        &frame, finding_level_role(worst), "%s %u/%u ok", finding_level_mark(worst),
        count_good(scene), scene->state->part_count);
    return frame;
}

void panels_draw_health(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    struct panel_frame frame = health_frame(scene);
    part_rows_draw(canvas, panel_draw(canvas, rect, &frame), scene);
}

/* Room for figures is what the parts that are not well leave of it. */
void panels_draw_deps(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    struct panel_frame frame = health_frame(scene);
    struct rect inner = panel_draw(canvas, rect, &frame);
    struct rect figures = inner;
    uint32_t bad = scene->state->part_count - count_good(scene);
    bool room = (int)bad < inner.height && !scene_filters(scene, PANEL_HEALTH);
    figures.height = room ? inner.height - (int)bad : 0;
    int used = dep_rows_draw(canvas, figures, scene);
    inner.y += used;
    inner.height -= used;
    part_rows_draw(canvas, inner, scene);
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
    case PANEL_LOAD_RATE:
    case PANEL_LOAD_ERRORS:
    case PANEL_LOAD_HEAT:
    case PANEL_LOAD_LATENCY:
    case PANEL_LOAD_ANSWERS:
    case PANEL_LOAD_TARGET:
    case PANEL_LOAD_GENERATOR:
    case PANEL_LOAD_COMPARISON:
    case PANEL_CANARY_STEPS:
    case PANEL_CANARY_EVIDENCE:
    case PANEL_CANARY_LATENCY:
    case PANEL_CANARY_WHY:
    case PANEL_CANARY_ACTIONS:
    case PANEL_CANARY_STABLE_HEAT:
    case PANEL_CANARY_HEAT:
    case PANEL_COUNT: return;
    }
}
