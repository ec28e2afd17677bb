/* SPDX-License-Identifier: MIT */
#include "ui/ui_canary.h"

#include <string.h>

#include "base/text.h"
#include "ui/rollout_act.h"
#include "ui/ui_ask.h"
#include "ui/ui_start.h"
#include "ui/views/run_rows.h"

static const char force_word[] = "--force";

static const struct {
    enum command command;
    enum rollout_order_kind kind;
} orders[] = {
    {COMMAND_PROMOTE, ROLLOUT_ORDER_PROMOTE}, {COMMAND_HOLD, ROLLOUT_ORDER_HOLD},
    {COMMAND_RESUME, ROLLOUT_ORDER_RESUME},   {COMMAND_UNDO, ROLLOUT_ORDER_UNDO},
    {COMMAND_ABORT, ROLLOUT_ORDER_ABORT},
};

enum { ORDERS = sizeof orders / sizeof *orders };

static enum rollout_order_kind kind_of(enum command command) {
    for (size_t i = 0; i < ORDERS; i++) {
        if (orders[i].command == command) return orders[i].kind;
    }
    return ROLLOUT_ORDER_COUNT;
}

/* What takes the place of an order that is not ours to give is asked for by its key. */
static enum command command_of(enum rollout_order_kind kind) {
    for (size_t i = 0; i < ORDERS; i++) {
        if (orders[i].kind == kind) return orders[i].command;
    }
    return COMMAND_PROMOTE;
}

bool ui_canary_takes_words(enum command command) {
    return kind_of(command) != ROLLOUT_ORDER_COUNT;
}

static bool goes_on(enum rollout_order_kind kind) {
    return kind == ROLLOUT_ORDER_PROMOTE || kind == ROLLOUT_ORDER_RESUME ||
           kind == ROLLOUT_ORDER_TAKEOVER;
}

static bool is_armed(const struct ui_world *world) {
    const struct state *live = &world->model->state;
    return live->armed && live->armed_until_ns > world->now_ns;
}

/* What was typed behind the command: --force, then why. */
static struct rollout_wish wish_of(const struct ui_turn *turn) {
    struct rollout_wish wish = {.kind = kind_of(turn->order->command)};
    const char *words = turn->order->words;
    size_t length = sizeof force_word - 1;
    bool forced = strncmp(words, force_word, length) == 0 &&
                  (words[length] == ' ' || words[length] == '\0');
    wish.force = forced && wish.kind == ROLLOUT_ORDER_PROMOTE;
    if (wish.force) words += length + strspn(words + length, " ");
    text_copy_cut(wish.reason, sizeof wish.reason, words);
    if (goes_on(wish.kind)) wish.version = turn->world->model->state.rollout.version;
    return wish;
}

/* What must be typed: against the evidence always, forward on production. */
static const char *word_of(
    const struct ui_world *world, const struct rollout_wish *wish) {
    const struct state *live = &world->model->state;
    bool production = live->target_class == TARGET_PRODUCTION;
    bool typed = wish->force || wish->kind == ROLLOUT_ORDER_TAKEOVER ||
                 (production && goes_on(wish->kind));
    return typed ? live->target : "";
}

static struct ui_request ask(
    const struct ui_turn *turn, const struct rollout_wish *wish) {
    ui_ask(turn->ui, DIALOG_ROLLOUT, word_of(turn->world, wish));
    turn->ui->dialog.rollout = *wish;
    return ui_no_request();
}

static void tell(
    const struct ui_turn *turn, const struct rollout_wish *wish, const char *why) {
    char words[UI_NOTICE_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "no %s: %s", rollout_order_name(wish->kind), why);
    ui_notify(turn->ui, words);
}

/* A hold on the way is worth more than a question. */
static struct ui_request hold_at_once(const struct rollout_wish *wish) {
    struct ui_request request = ui_request_of(COMMAND_HOLD);
    request.rollout = *wish;
    return request;
}

static struct ui_request give(const struct ui_turn *turn, struct rollout_wish *wish) {
    struct scene scene = ui_scene(turn->ui, turn->world);
    char why[UI_NOTICE_SIZE];
    struct text text = TEXT_IN(why);
    bool open = rollout_act_is_open(&scene, wish->kind, wish->force, &text);
    bool ours = rollout_act_is_ours(&scene);
    if (goes_on(wish->kind) && rollout_act_has_one(&scene) && !ours) {
        *wish = (struct rollout_wish){.kind = ROLLOUT_ORDER_TAKEOVER};
        return ask(turn, wish);
    }
    if (!open) {
        bool forcible = wish->kind == ROLLOUT_ORDER_PROMOTE && !wish->force;
        char nothing[UI_NOTICE_SIZE];
        struct text ignored = TEXT_IN(nothing);
        if (forcible && rollout_act_is_open(&scene, wish->kind, true, &ignored)) {
            text_add(&text, "   :promote --force WHY goes against it");
        }
        tell(turn, wish, why);
        return ui_no_request();
    }
    if (wish->force && !wish->reason[0]) {
        tell(turn, wish, "say why: :promote --force WHY");
        return ui_no_request();
    }
    bool key = !turn->order->typed;
    if (wish->kind == ROLLOUT_ORDER_HOLD && key) return hold_at_once(wish);
    return ask(turn, wish);
}

/* The first step there is: its key begins one. */
static struct ui_request begin(
    const struct ui_turn *turn, const struct rollout_wish *wish) {
    if (!turn->order->typed) return ui_start_ask(turn);
    tell(turn, wish, "none is under way: P begins one, or :start VERSION");
    return ui_no_request();
}

struct ui_request ui_canary_order(const struct ui_turn *turn) {
    struct rollout_wish wish = wish_of(turn);
    struct scene scene = ui_scene(turn->ui, turn->world);
    if (!turn->world->rollout) {
        ui_notify(turn->ui, "no rollout can be seen from here");
    } else if (wish.kind == ROLLOUT_ORDER_PROMOTE && !rollout_act_has_one(&scene)) {
        return begin(turn, &wish);
    } else if (goes_on(wish.kind) && !is_armed(turn->world)) {
        tell(turn, &wish, "it acts: arm first, with A");
    } else {
        return give(turn, &wish);
    }
    return ui_no_request();
}

/* Where X is pressed says what is meant; elsewhere it is all that goes on. What is done
 * already is not among that. */
void ui_canary_add_stop(const struct ui_turn *turn, struct dialog *dialog) {
    struct scene scene = ui_scene(turn->ui, turn->world);
    const struct state *live = &turn->world->model->state;
    bool runs = run_rows_any_active(live);
    bool rollout = turn->world->rollout && rollout_act_has_one(&scene);
    const char *what = UI_STOPS_ALL;
    dialog->rollout.kind = rollout ? rollout_act_way_back(&scene) : ROLLOUT_ORDER_COUNT;
    bool here = turn->ui->screen == UI_CANARY;
    if (rollout && (here || !runs)) what = UI_STOPS_ROLLOUT;
    bool done = live->rollout.phase == ROLLOUT_DONE;
    if (runs && !here && (!rollout || done || turn->ui->screen != UI_OVERVIEW)) {
        what = UI_STOPS_RUNS;
    }
    text_copy_cut(dialog->choice, sizeof dialog->choice, what);
}

bool ui_canary_choose(
    struct ui *ui, const struct ui_world *world, const struct key *key) {
    static const char *const choices[] = {
        UI_STOPS_ALL, UI_STOPS_RUNS, UI_STOPS_ROLLOUT};
    enum { CHOICES = sizeof choices / sizeof *choices };
    struct dialog *dialog = &ui->dialog;
    if (dialog->kind != DIALOG_STOP || key->pasted) return false;
    if (key->cap != KEYCAP_TAB) return false;
    bool both = run_rows_any_active(&world->model->state) &&
                dialog->rollout.kind != ROLLOUT_ORDER_COUNT;
    size_t at = 0;
    while (at + 1 < CHOICES && strcmp(choices[at], dialog->choice) != 0) at++;
    if (both) {
        const char *next = choices[(at + 1) % CHOICES];
        text_copy_cut(dialog->choice, sizeof dialog->choice, next);
    }
    return true;
}

bool ui_canary_is_late(struct ui *ui, const struct ui_world *world) {
    const struct rollout_wish *wish = &ui->dialog.rollout;
    if (ui->dialog.kind != DIALOG_ROLLOUT) return false;
    struct scene scene = ui_scene(ui, world);
    char why[UI_NOTICE_SIZE];
    struct text text = TEXT_IN(why);
    if (!rollout_act_is_open(&scene, wish->kind, wish->force, &text)) {
        ui_notify(ui, why);
        return true;
    }
    uint64_t version = scene.live->rollout.version;
    if (wish->version == 0 || wish->version == version) return false;
    ui_notify(ui, "it has moved on since: look again");
    return true;
}

struct ui_request ui_canary_confirmed(const struct dialog *dialog) {
    struct ui_request request = ui_request_of(command_of(dialog->rollout.kind));
    request.rollout = dialog->rollout;
    return request;
}
