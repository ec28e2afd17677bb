/* SPDX-License-Identifier: MIT */
#include "ui/ui_start.h"

#include "base/text.h"
#include "ui/rollout_start.h"
#include "ui/ui_ask.h"

static void tell(struct ui *ui, const char *why) {
    char words[UI_NOTICE_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "no start: %s", why);
    ui_notify(ui, words);
}

static void edit(struct ui *ui) {
    ui->dialog.edits = true;
    prompt_set(&ui->prompt, ui->dialog.choice);
}

static void open_dialog(const struct ui_turn *turn, const char *version) {
    const struct state *live = &turn->world->model->state;
    bool production = live->target_class == TARGET_PRODUCTION;
    struct dialog *dialog = &turn->ui->dialog;
    ui_ask(turn->ui, DIALOG_ROLLOUT_START, production ? live->target : "");
    text_copy_cut(dialog->choice, sizeof dialog->choice, version);
    if (!version[0]) edit(turn->ui); /* nobody else knows it */
}

struct ui_request ui_start_ask(const struct ui_turn *turn) {
    struct scene scene = ui_scene(turn->ui, turn->world);
    bool typed = turn->order->command == COMMAND_START && turn->order->words[0];
    const char *version = typed ? turn->order->words : rollout_start_version(&scene);
    char why[UI_NOTICE_SIZE];
    struct text text = TEXT_IN(why);
    bool open = rollout_start_is_open(&scene, &text);
    bool armed = scene_is_armed(&scene);
    if (open && !armed) text_add(&text, "it acts: arm first, with A");
    if (!open || !armed || (typed && !rollout_start_takes(&scene, version, &text))) {
        tell(turn->ui, why);
    } else {
        open_dialog(turn, version);
    }
    return ui_no_request();
}

/* The line belongs to the answer again. */
static void end_edit(struct ui *ui) {
    ui->dialog.edits = false;
    prompt_clear(&ui->prompt);
}

static bool leaves(const struct key *key) {
    bool ctrl_c =
        key->cap == KEYCAP_RUNE && key->with == KEY_WITH_CTRL && key->rune == 'c';
    return !key->pasted && (key->cap == KEYCAP_ESC || ctrl_c);
}

bool ui_start_edit(struct ui *ui, const struct key *key) {
    struct dialog *dialog = &ui->dialog;
    if (dialog->kind != DIALOG_ROLLOUT_START) return false;
    if (!dialog->edits) {
        if (key->pasted || key->cap != KEYCAP_TAB) return false;
        edit(ui);
        return true;
    }
    if (leaves(key)) {
        if (!dialog->choice[0]) return false; /* without any it is no question */
        end_edit(ui);
        return true;
    }
    if (key->cap != KEYCAP_ENTER) {
        prompt_on_key(&ui->prompt, key);
        return true;
    }
    if (key->pasted || !rollout_plan_is_version(ui->prompt.words)) return true;
    text_copy_cut(dialog->choice, sizeof dialog->choice, ui->prompt.words);
    end_edit(ui);
    return true;
}

bool ui_start_is_late(struct ui *ui, const struct ui_world *world) {
    if (ui->dialog.kind != DIALOG_ROLLOUT_START) return false;
    struct scene scene = ui_scene(ui, world);
    char why[UI_NOTICE_SIZE];
    struct text text = TEXT_IN(why);
    if (rollout_start_is_open(&scene, &text) &&
        rollout_start_takes(&scene, ui->dialog.choice, &text)) {
        return false;
    }
    tell(ui, why);
    return true;
}
