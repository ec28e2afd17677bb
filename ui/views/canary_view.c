/* SPDX-License-Identifier: MIT */
#include "ui/views/canary_view.h"

#include <math.h>
#include <string.h>

#include "ui/layout.h"
#include "ui/views/canary_gauges.h"
#include "ui/views/canary_panels.h"
#include "ui/views/canary_text.h"
#include "ui/views/load_rows.h"
#include "ui/views/note_rows.h"
#include "ui/views/overview_view.h"

enum { FRAME_ROWS = 3, WORDS_SIZE = 96, ROWS = 5 };

void canary_panels_draw_events(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    struct panel_frame frame = scene_frame(scene, PANEL_EVENTS);
    frame.number = 0; /* it leads to the overview */
    frame.title = "timeline";
    panel_add_note(&frame, ROLE_DIM, "%u", scene->state->note_count);
    note_rows_draw(canvas, panel_draw(canvas, rect, &frame), scene);
}

void canary_panels_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    enum panel panel) {
    typedef void (*draw_fn)(struct canvas *, struct rect, const struct scene *);
    static const draw_fn draws[PANEL_COUNT] = {
        [PANEL_CANARY_STEPS] = canary_panels_draw_steps,
        [PANEL_CANARY_EVIDENCE] = canary_panels_draw_evidence,
        [PANEL_CANARY_LATENCY] = canary_panels_draw_latency,
        [PANEL_CANARY_WHY] = canary_panels_draw_why,
        [PANEL_CANARY_ACTIONS] = canary_panels_draw_actions,
        [PANEL_CANARY_STABLE_HEAT] = canary_panels_draw_stable_heat,
        [PANEL_CANARY_HEAT] = canary_panels_draw_heat,
        [PANEL_EVENTS] = canary_panels_draw_events,
    };
    if (draws[panel]) draws[panel](canvas, rect, scene);
}

static void place_pair(
    struct rect row, const enum panel pair[2], struct rect panels[PANEL_COUNT]) {
    struct layout_item halves[] = {{.weight = 1}, {.weight = 1}};
    if (row.height <= 0) return;
    layout_share(halves, 2, row.width);
    for (size_t i = 0; i < 2; i++) panels[pair[i]] = layout_column(row, halves, i);
}

void canary_view_place(
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
        {.least = 5, .priority = 5},
        {.least = small ? 9 : 11, .weight = 2, .most = 18, .priority = 4},
        {.least = small ? 7 : 9, .weight = small ? 3 : 1, .most = 12, .priority = 3},
        {.least = 6, .weight = 3, .priority = 2},
        {.least = 6, .weight = 0, .priority = 1},
    };
    layout_share(rows, ROWS, body.height);
    panels[PANEL_CANARY_STEPS] = layout_row(body, rows, 0);
    panels[PANEL_CANARY_EVIDENCE] = layout_row(body, rows, 1);
    place_pair(
        layout_row(body, rows, 2),
        (enum panel[]){PANEL_CANARY_WHY, PANEL_CANARY_ACTIONS}, panels);
    place_pair(
        layout_row(body, rows, 3),
        (enum panel[]){PANEL_CANARY_STABLE_HEAT, PANEL_CANARY_HEAT}, panels);
    place_pair(
        layout_row(body, rows, 4), (enum panel[]){PANEL_EVENTS, PANEL_CANARY_LATENCY},
        panels);
}

static void put_step(struct load_rows *rows, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "%u of %u, ", rollout->step, rollout->steps);
    canary_text_add_weight(&text, rollout->wanted_bp);
    if (!isnan(rollout->seen)) {
        text_add(&text, ", seen ");
        figure_add_share(&text, rollout->seen);
    }
    load_rows_put(rows, "step", canary_text_role(scene, ROLE_STRONG), words);
    text_reset(&text);
    canary_text_add_time(&text, rollout->in_step_ms);
    text_add(&text, ", min ");
    canary_text_add_time(&text, rollout->hold_each_ms);
    load_rows_put(rows, "in step", canary_text_role(scene, ROLE_TEXT), words);
}

static void put_evidence(struct load_rows *rows, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    canary_text_add_harm(&text, rollout->harm, rollout->harm_limit);
    enum role role = canary_gauge_role(scene, rollout->harm, rollout->harm_limit);
    struct rect room = load_rows_put(rows, "harm", role, words);
    canary_gauge_draw(rows->canvas, room, scene, rollout->harm);
    text_reset(&text);
    canary_text_add_need(&text, rollout);
    load_rows_put(rows, "units", canary_text_role(scene, ROLE_TEXT), words);
    text_reset(&text);
    canary_text_add_data(&text, rollout);
    bool old = canary_text_data_is_old(rollout);
    role = canary_text_role(scene, old ? ROLE_WARN : ROLE_TEXT);
    load_rows_put(rows, "age", role, words);
}

/* One line per figure where there is no room for panels. */
static void draw_tiny(
    struct canvas *canvas, struct rect body, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    struct load_rows rows = load_rows_in(canvas, body);
    if (rollout_shown(scene) == ROLLOUT_NONE) {
        load_rows_put(&rows, "rollout", ROLE_OFF, "none is under way");
        load_rows_put(&rows, "start", ROLE_TEXT, "P, or flightdeck canary start");
        return;
    }
    put_step(&rows, scene);
    put_evidence(&rows, scene);
    enum role role = canary_text_role(scene, ROLE_TEXT);
    const char *reason = rollout_reason(rollout);
    if (reason[0]) load_rows_put(&rows, "reason", role, reason);
    if (rollout->next[0]) load_rows_put(&rows, "next", role, rollout->next);
    if (rollout->why_not_now[0]) {
        load_rows_put(&rows, "not now", role, rollout->why_not_now);
    }
}

void canary_view_draw(
    struct canvas *canvas, struct rect body, const struct scene *scene) {
    enum size_class size = size_class_of(body.width, body.height + FRAME_ROWS);
    if (size == SIZE_LINE) return;
    if (size == SIZE_TINY && scene->zoomed) {
        canary_panels_draw(canvas, body, scene, scene->focus);
        return;
    }
    if (size == SIZE_TINY) {
        draw_tiny(canvas, body, scene);
        return;
    }
    struct rect panels[PANEL_COUNT];
    canary_view_place(body, scene, panels);
    for (unsigned i = 0; i < PANEL_COUNT; i++) {
        if (panels[i].width > 0 && panels[i].height > 0) {
            canary_panels_draw(canvas, panels[i], scene, (enum panel)i);
        }
    }
}
