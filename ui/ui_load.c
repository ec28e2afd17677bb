/* SPDX-License-Identifier: MIT */
#include "ui/ui_load.h"

#include <string.h>

#include "base/text.h"
#include "ui/ui_ask.h"
#include "ui/views/run_rows.h"

bool ui_load_runs(const struct ui *ui, const struct ui_world *world) {
    struct scene scene = ui_scene(ui, world);
    const struct run *run = run_rows_at(&scene, ui->selected[LIST_RUNS]);
    return run && run->kind == RUN_LOAD;
}

static bool is_armed(const struct ui_world *world) {
    const struct state *live = &world->model->state;
    return live->armed && live->armed_until_ns > world->now_ns;
}

/* On production the name is typed for whatever goes forward. */
static const char *word_of(const struct ui_world *world) {
    const struct state *live = &world->model->state;
    return live->target_class == TARGET_PRODUCTION ? live->target : "";
}

struct ui_request ui_load_ask(const struct ui_turn *turn) {
    const struct load_menu *menu = turn->world->load;
    if (!is_armed(turn->world)) {
        ui_notify(turn->ui, "load acts: arm first, with A");
    } else if (!menu || (!menu->blocked && menu->count == 0)) {
        ui_notify(turn->ui, "load cannot run: there are no scenarios");
    } else if (menu->blocked) {
        ui_notify(turn->ui, menu->blocked);
    } else {
        ui_ask(turn->ui, DIALOG_LOAD, word_of(turn->world));
        struct dialog *dialog = &turn->ui->dialog;
        text_copy_cut(dialog->choice, sizeof dialog->choice, menu->choices[0].name);
    }
    return ui_no_request();
}

/* A tenth more or less than is wanted now; false when there is no less. */
static bool next_level(
    const struct load_status *load, bool more, char level[DIALOG_LEVEL_SIZE]) {
    struct text text = text_in(level, DIALOG_LEVEL_SIZE);
    if (load->users_wanted == 0) {
        double rate = (double)load->rates.wanted_per_s * (more ? 1.1 : 0.9);
        if (!(rate > 0)) return false;
        text_addf(&text, "%.4g", rate);
        return true;
    }
    uint32_t step = load->users_wanted / 10 + (load->users_wanted < 10);
    if (!more && step >= load->users_wanted) return false;
    uint32_t users = more ? load->users_wanted + step : load->users_wanted - step;
    text_addf(&text, "%u", users);
    return true;
}

struct ui_request ui_load_ask_level(const struct ui_turn *turn) {
    const struct load_status *load = &turn->world->model->state.load;
    bool more = turn->order->command == COMMAND_LOAD_MORE;
    char level[DIALOG_LEVEL_SIZE];
    if (load->phase != LOAD_RUNNING) {
        ui_notify(turn->ui, "no load run is active");
    } else if (more && !is_armed(turn->world)) {
        ui_notify(turn->ui, "more load acts: arm first, with A");
    } else if (!next_level(load, more, level)) {
        ui_notify(turn->ui, "there is no less: X stops the run");
    } else {
        ui_ask(turn->ui, DIALOG_LOAD_LEVEL, more ? word_of(turn->world) : "");
        turn->ui->dialog.more = more;
        text_copy(turn->ui->dialog.level, DIALOG_LEVEL_SIZE, level);
    }
    return ui_no_request();
}

/* The place of the chosen scenario; one that is gone leaves its place to the first. */
static uint32_t place_of(const struct load_menu *menu, const char *name) {
    for (uint32_t i = 0; i < menu->count; i++) {
        if (strcmp(menu->choices[i].name, name) == 0) return i;
    }
    return 0;
}

bool ui_load_choose(
    struct ui *ui, const struct ui_world *world, const struct key *key) {
    const struct load_menu *menu = world->load;
    struct dialog *dialog = &ui->dialog;
    if (dialog->kind != DIALOG_LOAD || !menu || menu->count == 0) return false;
    bool back = key->cap == KEYCAP_TAB && (key->with & KEY_WITH_SHIFT);
    if (key->pasted || key->cap != KEYCAP_TAB) return false;
    uint32_t place = place_of(menu, dialog->choice) + (back ? menu->count - 1 : 1);
    const char *name = menu->choices[place % menu->count].name;
    text_copy_cut(dialog->choice, sizeof dialog->choice, name);
    dialog->first = 0;
    prompt_clear(&ui->prompt); /* what was typed was for another one */
    return true;
}

const struct load_choice *ui_load_chosen(
    const struct ui *ui, const struct ui_world *world) {
    const struct load_menu *menu = world->load;
    if (ui->dialog.kind != DIALOG_LOAD || !menu) return NULL;
    for (uint32_t i = 0; i < menu->count; i++) {
        const struct load_choice *choice = &menu->choices[i];
        if (strcmp(choice->name, ui->dialog.choice) == 0) return choice;
    }
    return NULL;
}

const char *ui_load_blocked(const struct ui *ui, const struct ui_world *world) {
    if (ui->dialog.kind == DIALOG_LOAD_LEVEL) {
        bool runs = world->model->state.load.phase == LOAD_RUNNING;
        return runs ? NULL : "no load run is active any more";
    }
    if (ui->dialog.kind != DIALOG_LOAD) return NULL;
    if (world->load && world->load->blocked) return world->load->blocked;
    const struct load_choice *choice = ui_load_chosen(ui, world);
    return choice ? choice->plan.blocked : "there is no such scenario any more";
}
