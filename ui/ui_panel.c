/* SPDX-License-Identifier: MIT */
#include "ui/ui_panel.h"

#include "ui/views/canary_view.h"
#include "ui/views/load_view.h"
#include "ui/views/overview_view.h"

/* Panels in the order in which they are stepped through. */
struct order {
    const enum panel *panels;
    int count;
};

static const enum panel of_overview[] = {
    PANEL_TRAFFIC, PANEL_ERRORS, PANEL_LATENCY, PANEL_SATURATION, PANEL_REDIS,
    PANEL_AGENT,   PANEL_HEALTH, PANEL_EVENTS,  PANEL_RUNS,
};

static const enum panel of_load[] = {
    PANEL_LOAD_RATE,    PANEL_LOAD_ERRORS, PANEL_LOAD_HEAT,      PANEL_LOAD_LATENCY,
    PANEL_LOAD_ANSWERS, PANEL_LOAD_TARGET, PANEL_LOAD_GENERATOR, PANEL_LOAD_COMPARISON,
};

static const enum panel of_canary[] = {
    PANEL_CANARY_STEPS,   PANEL_CANARY_EVIDENCE,    PANEL_CANARY_WHY,
    PANEL_CANARY_ACTIONS, PANEL_CANARY_STABLE_HEAT, PANEL_CANARY_HEAT,
    PANEL_EVENTS,         PANEL_CANARY_LATENCY,
};

#define ORDER(panels) \
    { (panels), (int)(sizeof(panels) / sizeof *(panels)) }

static const struct order orders[UI_SCREEN_COUNT] = {
    [UI_OVERVIEW] = ORDER(of_overview),
    [UI_LOAD] = ORDER(of_load),
    [UI_CANARY] = ORDER(of_canary),
};

static void place(
    const struct ui *ui, const struct scene *scene, struct rect panels[PANEL_COUNT]) {
    struct rect body = ui_body(ui);
    if (ui->screen == UI_LOAD) {
        load_view_place(body, scene, panels);
    } else if (ui->screen == UI_CANARY) {
        canary_view_place(body, scene, panels);
    } else {
        enum size_class size = size_class_of(ui->width, ui->height);
        overview_view_place(body, size, scene, panels);
    }
}

static bool is_visible(
    const struct ui *ui, const struct ui_world *world, enum panel panel) {
    struct scene scene = ui_scene(ui, world);
    scene.zoomed = false;
    struct rect panels[PANEL_COUNT];
    place(ui, &scene, panels);
    return panels[panel].width > 0;
}

void ui_panel_focus(struct ui *ui, enum panel panel) {
    if (ui->screen == UI_LOAD) ui->load_focus = panel;
    if (ui->screen == UI_CANARY) ui->canary_focus = panel;
    if (ui->screen == UI_OVERVIEW) ui->focus = panel;
}

/* The next panel that is to be seen; a zoomed one steps through all of them. */
struct ui_request ui_panel_step(const struct ui_turn *turn) {
    struct ui *ui = turn->ui;
    const struct order *order = &orders[ui->screen];
    if (order->count == 0) return ui_no_request();
    int by = turn->order->command == COMMAND_NEXT_PANEL ? 1 : order->count - 1;
    int at = 0;
    while (at + 1 < order->count && order->panels[at] != ui_focus(ui)) at++;
    for (int i = 0; i < order->count; i++) {
        at = (at + by) % order->count;
        if (ui_panel_is_zoomed(ui)) break;
        if (is_visible(ui, turn->world, order->panels[at])) break;
    }
    ui_panel_focus(ui, order->panels[at]);
    return ui_no_request();
}

/* A panel that has no place at this size is shown zoomed. */
struct ui_request ui_panel_number(const struct ui_turn *turn) {
    struct ui *ui = turn->ui;
    int number = turn->order->digit;
    if (number == 0) number = turn->order->words[0] - '0';
    if (number < 1 || number > PANEL_NUMBERS) {
        ui_notify(ui, "panels have the numbers 1 to 9");
        return ui_no_request();
    }
    ui_show_screen(ui, UI_OVERVIEW);
    ui->focus = (enum panel)(number - 1);
    if (!is_visible(ui, turn->world, ui->focus)) ui->zoomed = true;
    return ui_no_request();
}

bool ui_panel_is_zoomed(const struct ui *ui) {
    if (ui->screen == UI_LOAD) return ui->load_zoomed;
    if (ui->screen == UI_CANARY) return ui->canary_zoomed;
    return ui->screen == UI_OVERVIEW && ui->zoomed;
}

struct ui_request ui_panel_zoom(const struct ui_turn *turn) {
    struct ui *ui = turn->ui;
    if (ui->screen == UI_OVERVIEW) ui->zoomed = !ui->zoomed;
    if (ui->screen == UI_LOAD) ui->load_zoomed = !ui->load_zoomed;
    if (ui->screen == UI_CANARY) ui->canary_zoomed = !ui->canary_zoomed;
    return ui_no_request();
}

bool ui_panel_unzoom(struct ui *ui) {
    if (ui->screen == UI_OVERVIEW || !ui_panel_is_zoomed(ui)) return false;
    if (ui->screen == UI_LOAD) ui->load_zoomed = false;
    if (ui->screen == UI_CANARY) ui->canary_zoomed = false;
    return true;
}
