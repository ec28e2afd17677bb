/* SPDX-License-Identifier: MIT */
#include "ui/ui_load.h"

#include "ui/views/load_view.h"
#include "ui/views/run_rows.h"

void ui_load_step(struct ui *ui, const struct ui_world *world, bool next) {
    enum { COUNT = PANEL_COUNT - PANEL_LOAD_FIRST };
    struct scene scene = ui_scene(ui, world);
    struct rect panels[PANEL_COUNT];
    load_view_place(ui_body(ui), &scene, panels);
    int panel = (int)ui->load_focus - PANEL_LOAD_FIRST;
    for (int i = 0; i < COUNT; i++) {
        panel = (panel + (next ? 1 : COUNT - 1)) % COUNT;
        if (scene.zoomed || panels[PANEL_LOAD_FIRST + panel].width > 0) break;
    }
    ui->load_focus = (enum panel)(PANEL_LOAD_FIRST + panel);
}

bool ui_load_runs(const struct ui *ui, const struct ui_world *world) {
    struct scene scene = ui_scene(ui, world);
    const struct run *run = run_rows_at(&scene, ui->selected[LIST_RUNS]);
    return run && run->kind == RUN_LOAD;
}
