/* SPDX-License-Identifier: MIT */
#include "ui/ui_ask.h"

#include "base/text.h"
#include "ui/rollout_act.h"
#include "ui/ui_canary.h"
#include "ui/ui_load.h"
#include "ui/views/run_rows.h"

void ui_ask(struct ui *ui, enum dialog_kind kind, const char *word) {
    ui_open_over(ui, UI_DIALOG);
    ui->dialog = (struct dialog){.kind = kind};
    text_copy_cut(ui->dialog.word, sizeof ui->dialog.word, word);
}

struct ui_request ui_ask_quit(const struct ui_turn *turn) {
    const struct state *live = &turn->world->model->state;
    bool stops = !live->read_only && run_rows_any_active(live);
    if (!stops) return ui_request_of(COMMAND_QUIT);
    ui_ask(turn->ui, DIALOG_QUIT, "");
    return ui_no_request();
}

struct ui_request ui_ask_arm(const struct ui_turn *turn) {
    const struct state *live = &turn->world->model->state;
    if (live->armed && live->armed_until_ns > turn->world->now_ns) {
        return ui_request_of(COMMAND_ARM); /* disarm */
    }
    const struct target_holder *holder = turn->world->holder;
    if (holder) { /* whatever the target's class: it is taken from a person */
        ui_ask(turn->ui, DIALOG_TAKE_OVER, live->target);
        turn->ui->dialog.holder = *holder;
        return ui_no_request();
    }
    bool production = live->target_class == TARGET_PRODUCTION;
    ui_ask(turn->ui, DIALOG_ARM, production ? live->target : "");
    return ui_no_request();
}

struct ui_request ui_ask_smoke(const struct ui_turn *turn) {
    const struct state *live = &turn->world->model->state;
    const struct ui_world *world = turn->world;
    /* There the canary is looked at, wherever the router sends its requests. */
    bool canary = turn->ui->screen == UI_CANARY && world->smoke_canary;
    const struct action_plan *plan = canary ? world->smoke_canary : world->smoke;
    if (!live->armed || live->armed_until_ns <= turn->world->now_ns) {
        ui_notify(turn->ui, "smoke acts: arm first, with A");
    } else if (!plan) {
        ui_notify(turn->ui, "smoke cannot run: there are no checks");
    } else if (plan->blocked) {
        ui_notify(turn->ui, plan->blocked);
    } else {
        ui_ask(turn->ui, DIALOG_SMOKE, "");
        struct dialog *dialog = &turn->ui->dialog;
        const char *aim = canary ? UI_SMOKES_CANARY : "";
        text_copy_cut(dialog->choice, sizeof dialog->choice, aim);
    }
    return ui_no_request();
}

struct ui_request ui_ask_stop(const struct ui_turn *turn) {
    struct scene scene = ui_scene(turn->ui, turn->world);
    bool rollout = turn->world->rollout && rollout_act_has_one(&scene);
    if (rollout || run_rows_any_active(&turn->world->model->state)) {
        ui_ask(turn->ui, DIALOG_STOP, "");
        ui_canary_add_stop(turn, &turn->ui->dialog);
    } else {
        ui_notify(turn->ui, "nothing runs");
    }
    return ui_no_request();
}

struct dialog_view ui_dialog_view(
    const struct ui *ui, const struct ui_world *world, const struct scene *scene) {
    const struct load_choice *choice = ui_load_chosen(ui, world);
    const struct action_plan *plan = choice ? &choice->plan : NULL;
    if (ui->dialog.kind == DIALOG_SMOKE) {
        plan = ui->dialog.choice[0] ? world->smoke_canary : world->smoke;
    }
    return (struct dialog_view){
        .scene = scene, .dialog = &ui->dialog, .plan = plan, .menu = world->load};
}
