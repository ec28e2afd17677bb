/* SPDX-License-Identifier: MIT */
#include "ui/ui_rows.h"

#include "ui/ui_command.h"
#include "ui/views/check_rows.h"
#include "ui/views/error_rows.h"
#include "ui/views/note_rows.h"
#include "ui/views/part_rows.h"
#include "ui/views/run_rows.h"

enum list ui_list(enum panel panel) {
    if (panel == PANEL_ERRORS) return LIST_ERRORS;
    if (panel == PANEL_EVENTS) return LIST_EVENTS;
    if (panel == PANEL_HEALTH) return LIST_HEALTH;
    if (panel == PANEL_CHECKS) return LIST_CHECKS;
    return panel == PANEL_RUNS ? LIST_RUNS : LIST_COUNT;
}

static uint32_t rows_of(const struct scene *scene, enum list list) {
    switch (list) {
    case LIST_ERRORS: return (uint32_t)error_rows_count(scene);
    case LIST_EVENTS: return note_rows_count(scene);
    case LIST_HEALTH: return part_rows_count(scene);
    case LIST_CHECKS: return check_rows_count(scene);
    case LIST_RUNS: return run_rows_count(scene);
    case LIST_COUNT: break;
    }
    return 0;
}

/* The table of errors is sorted anew with every poll: the selection follows its error.
 * One that is gone leaves its place, and closes. */
static void follow_error(struct ui *ui, const struct scene *scene) {
    if (!ui->chosen.kind[0]) return;
    const struct error_row *row = NULL;
    for (uint32_t i = 0; (row = error_rows_at(scene, i)); i++) {
        if (!error_rows_same(row, &ui->chosen)) continue;
        ui->selected[LIST_ERRORS] = i;
        return;
    }
    ui->opened = false;
}

void ui_choose_error(struct ui *ui, const struct ui_world *world) {
    struct scene scene = ui_scene(ui, world);
    const struct error_row *row = error_rows_at(&scene, ui->selected[LIST_ERRORS]);
    ui->chosen = row ? *row : (struct error_row){0};
}

void ui_settle(struct ui *ui, const struct ui_world *world) {
    struct scene scene = ui_scene(ui, world);
    if (ui_focus(ui) == PANEL_ERRORS) follow_error(ui, &scene);
    ui_move(ui, world, 0);
}

void ui_move(struct ui *ui, const struct ui_world *world, int64_t rows) {
    enum list list = ui_list(ui_focus(ui));
    if (list == LIST_COUNT) return;
    struct scene scene = ui_scene(ui, world);
    int64_t last = (int64_t)rows_of(&scene, list) - 1;
    int64_t row = (int64_t)ui->selected[list] + rows;
    if (row > last) row = last;
    if (row < 0) row = 0;
    ui->selected[list] = (uint32_t)row;
    if (list == LIST_ERRORS && rows != 0) ui_choose_error(ui, world);
}

bool ui_step_row(struct ui *ui, const struct ui_world *world, int by) {
    enum list list = ui_list(ui_focus(ui));
    if (list == LIST_COUNT) return false;
    struct scene scene = ui_scene(ui, world);
    int64_t count = (int64_t)rows_of(&scene, list);
    if (list == LIST_ERRORS && !error_rows_at(&scene, 0)) count = 0;
    if (count == 0) return false;
    int64_t row = ((int64_t)ui->selected[list] + by + count) % count;
    ui_move(ui, world, row - (int64_t)ui->selected[list]);
    return true;
}
