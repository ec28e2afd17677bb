/* SPDX-License-Identifier: MIT */
#include "ui/ui.h"

#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "ui/palette.h"
#include "ui/ui_ask.h"
#include "ui/ui_canary.h"
#include "ui/ui_command.h"
#include "ui/ui_load.h"
#include "ui/ui_panel.h"
#include "ui/ui_rows.h"
#include "ui/ui_start.h"
#include "ui/ui_take.h"
#include "ui/views/help_view.h"

enum { FIVE_MINUTES = 1, WHEEL_ROWS = 3 };

void ui_init(struct ui *ui, int width, int height) {
    *ui = (struct ui){
        .width = width,
        .height = height,
        .window = FIVE_MINUTES,
        .load_focus = PANEL_LOAD_HEAT,
        .canary_focus = PANEL_CANARY_EVIDENCE};
    keymap_init(&ui->keymap);
}

void ui_on_resize(struct ui *ui, int width, int height) {
    ui->width = width;
    ui->height = height;
}

void ui_notify(struct ui *ui, const char *words) {
    text_copy_cut(ui->notice, sizeof ui->notice, words);
}

uint64_t ui_view_ns(const struct ui *ui, uint64_t now_ns) {
    return ui->frozen && ui->view_ns < now_ns ? ui->view_ns : now_ns;
}

static void close_over(struct ui *ui) {
    ui_open_over(ui, UI_NOTHING_OVER);
}

static bool is_ctrl(const struct key *key, uint32_t rune) {
    return key->cap == KEYCAP_RUNE && key->with == KEY_WITH_CTRL && key->rune == rune;
}

static bool closes(const struct key *key) {
    return key->cap == KEYCAP_ESC || is_ctrl(key, 'c');
}

/* What an answer adds to the command: what was chosen in the dialog. */
static void add_choice(struct ui_request *request, const struct dialog *dialog) {
    bool level = dialog->kind == DIALOG_LOAD_LEVEL;
    const char *words = level ? dialog->level : dialog->choice;
    text_copy_cut(request->argument, sizeof request->argument, words);
    request->rollout = dialog->rollout;
    if (dialog->kind == DIALOG_LOAD_LEVEL) {
        request->command = dialog->more ? COMMAND_LOAD_MORE : COMMAND_LOAD_LESS;
    }
}

static struct ui_request confirmed(struct ui *ui) {
    static const enum command commands[] = {
        [DIALOG_ARM] = COMMAND_ARM,     [DIALOG_TAKE_OVER] = COMMAND_ARM,
        [DIALOG_SMOKE] = COMMAND_SMOKE, [DIALOG_ROLLOUT_START] = COMMAND_START,
        [DIALOG_STOP] = COMMAND_STOP,   [DIALOG_QUIT] = COMMAND_QUIT,
        [DIALOG_LOAD] = COMMAND_LOAD,   [DIALOG_LOAD_LEVEL] = COMMAND_LOAD_MORE,
    };
    enum dialog_kind kind = ui->dialog.kind;
    if (kind == DIALOG_ROLLOUT) return ui_canary_confirmed(&ui->dialog);
    bool rollout = kind == DIALOG_ROLLOUT_START;
    if (kind == DIALOG_SMOKE || kind == DIALOG_LOAD || rollout) {
        ui->screen = kind == DIALOG_SMOKE ? UI_CHECKS : UI_LOAD;
        if (rollout) ui->screen = UI_CANARY;
        ui->frozen = false; /* what was started is to be seen */
    }
    struct ui_request request = {
        .command = commands[kind],
        .on = commands[kind] == COMMAND_ARM,
        .epoch = kind == DIALOG_TAKE_OVER ? ui->dialog.holder.epoch : 0,
    };
    bool chosen = kind == DIALOG_LOAD || kind == DIALOG_LOAD_LEVEL ||
                  kind == DIALOG_STOP || kind == DIALOG_SMOKE || rollout;
    if (chosen) add_choice(&request, &ui->dialog);
    return request;
}

static void move_choice(struct ui *ui, int64_t by, int64_t count) {
    int64_t choice = (int64_t)ui->choice + by;
    if (choice >= count) choice = count - 1;
    if (choice < 0) choice = 0;
    ui->choice = (uint32_t)choice;
}

/* How far a key moves in a list that lies over the screen; 0 for other keys. */
static int64_t rows_of_key(const struct key *key) {
    enum { PAGE = 10 };
    if (key->pasted) return 0;
    if (key->cap == KEYCAP_UP || key->cap == KEYCAP_WHEEL_UP) return -1;
    if (key->cap == KEYCAP_DOWN || key->cap == KEYCAP_WHEEL_DOWN) return 1;
    if (key->cap == KEYCAP_PAGE_UP) return -PAGE;
    return key->cap == KEYCAP_PAGE_DOWN ? PAGE : 0;
}

/* Moves in a dialog that does not fit. */
static void move_dialog(struct ui *ui, const struct ui_world *world, int64_t by) {
    struct scene scene = ui_scene(ui, world);
    const struct dialog_view view = ui_dialog_view(ui, world, &scene);
    ui->choice = ui->dialog.first;
    move_choice(ui, by, (int64_t)dialog_view_hidden(&view, ui->width, ui->height) + 1);
    ui->dialog.first = ui->choice;
}

static struct ui_request dialog_key(
    struct ui *ui, const struct ui_world *world, const struct key *key) {
    int64_t rows = rows_of_key(key);
    if (rows != 0) {
        move_dialog(ui, world, rows);
        return ui_no_request();
    }
    if (ui_load_choose(ui, world, key) || ui_canary_choose(ui, world, key) ||
        ui_start_edit(ui, key)) {
        return ui_no_request();
    }
    switch (dialog_on_key(&ui->dialog, &ui->prompt, key)) {
    case DIALOG_WAITS: return ui_no_request();
    case DIALOG_NO: close_over(ui); return ui_no_request();
    case DIALOG_YES: break;
    }
    close_over(ui);
    const char *blocked = ui_load_blocked(ui, world);
    if (blocked) {
        ui_notify(ui, blocked);
        return ui_no_request();
    }
    if (ui_canary_is_late(ui, world) || ui_start_is_late(ui, world)) {
        return ui_no_request();
    }
    return confirmed(ui);
}

static struct ui_request help_key(
    struct ui *ui, const struct ui_world *world, const struct key *key) {
    bool again = key->rune == '?' && ui->prompt.length == 0 && !key->pasted;
    if (closes(key) || (key->cap == KEYCAP_RUNE && again) || key->cap == KEYCAP_F1) {
        close_over(ui);
        return ui_no_request();
    }
    struct scene scene = ui_scene(ui, world);
    int64_t rows = rows_of_key(key);
    if (rows != 0) {
        move_choice(ui, rows, help_view_count(&scene, &ui->prompt));
    } else if (prompt_on_key(&ui->prompt, key)) {
        ui->choice = 0;
    }
    return ui_no_request();
}

/* Only looking is done from here: what acts needs its upper-case key, or an answer. */
static struct ui_request run_chosen(
    struct ui *ui, const struct ui_world *world, enum command command) {
    char words[PROMPT_SIZE];
    text_copy_cut(words, sizeof words, palette_argument(ui->prompt.words));
    recall_add(&ui->recall, ui->prompt.words);
    close_over(ui);
    bool asks = ui_canary_takes_words(command) || command == COMMAND_START;
    if (command_danger(command) != COMMAND_LOOKS && !asks) {
        char notice[UI_NOTICE_SIZE];
        struct text text = TEXT_IN(notice);
        text_addf(&text, "%s acts: press ", command_name(command));
        keymap_add_key(&ui->keymap, command, &text);
        ui_notify(ui, notice);
        return ui_no_request();
    }
    struct ui_order order = {.command = command, .words = words, .typed = true};
    return ui_run(ui, world, &order);
}

/* A key that types nothing and is bound to that command. */
static bool asks_for(const struct ui *ui, const struct key *key, enum command wanted) {
    if (key->pasted || (key->cap == KEYCAP_RUNE && key->with == 0)) return false;
    const struct key_sequence keys = {.keys = {*key}, .length = 1};
    enum command command = COMMAND_COUNT;
    int digit = 0;
    return keymap_find(&ui->keymap, &keys, &command, &digit) == KEYMAP_FOUND &&
           command == wanted;
}

static struct ui_request palette_key(
    struct ui *ui, const struct ui_world *world, const struct key *key) {
    if (asks_for(ui, key, COMMAND_HISTORY)) {
        ui_recall(ui);
        return ui_no_request();
    }
    if (closes(key)) {
        close_over(ui);
        return ui_no_request();
    }
    enum command found[COMMAND_COUNT];
    bool acting = !world->model->state.read_only;
    size_t count = palette_find(ui->prompt.words, acting, found);
    if (ui->choice >= count) ui->choice = count > 0 ? (uint32_t)count - 1 : 0;
    int64_t rows = rows_of_key(key);
    if (rows != 0) {
        move_choice(ui, rows, (int64_t)count);
    } else if (key->cap == KEYCAP_TAB && !key->pasted && count > 0) {
        char words[PROMPT_SIZE];
        struct text text = TEXT_IN(words);
        text_addf(&text, "%s ", command_name(found[ui->choice]));
        prompt_set(&ui->prompt, words);
        ui->choice = 0;
    } else if (key->cap == KEYCAP_ENTER && !key->pasted) {
        if (count > 0) return run_chosen(ui, world, found[ui->choice]);
        ui_notify(ui, "there is no such command");
        close_over(ui);
    } else if (prompt_on_key(&ui->prompt, key)) {
        ui->choice = 0;
    }
    return ui_no_request();
}

static struct ui_request filter_key(struct ui *ui, const struct key *key) {
    struct filter *filter = &ui->filters[ui_focus(ui)];
    if (closes(key)) {
        filter->words[0] = '\0';
        close_over(ui);
    } else if (key->cap == KEYCAP_ENTER && !key->pasted) {
        close_over(ui);
    } else if (prompt_on_key(&ui->prompt, key)) {
        text_copy_cut(filter->words, sizeof filter->words, ui->prompt.words);
        enum list list = ui_list(ui_focus(ui));
        if (list != LIST_COUNT) ui->selected[list] = 0;
        ui->chosen = (struct error_row){0};
    }
    return ui_no_request();
}

static struct ui_request settings_key(
    struct ui *ui, const struct ui_world *world, const struct key *key) {
    int64_t rows = rows_of_key(key);
    bool blank = key->cap == KEYCAP_RUNE && key->rune == ' ';
    if (rows != 0) {
        move_choice(ui, rows, SETTING_COUNT);
    } else if (key->pasted) {
        return ui_no_request();
    } else if (closes(key) || asks_for(ui, key, COMMAND_SETTINGS)) {
        close_over(ui);
    } else if (key->cap == KEYCAP_ENTER || key->cap == KEYCAP_RIGHT || blank) {
        enum command command = setting_command((enum setting)ui->choice);
        struct ui_order order = {.command = command, .words = ""};
        return ui_run(ui, world, &order);
    }
    return ui_no_request();
}

static struct ui_request over_key(
    struct ui *ui, const struct ui_world *world, const struct key *key) {
    switch (ui->over) {
    case UI_DIALOG: return dialog_key(ui, world, key);
    case UI_HELP: return help_key(ui, world, key);
    case UI_PALETTE: return palette_key(ui, world, key);
    case UI_FILTER: return filter_key(ui, key);
    case UI_SETTINGS: return settings_key(ui, world, key);
    case UI_MARK:
    case UI_EXPORT: return ui_take_key(ui, world, key);
    case UI_NOTHING_OVER: break;
    }
    return ui_no_request();
}

static bool holds(struct rect rect, int x, int y) {
    return x >= rect.x && x < rect.x + rect.width && y >= rect.y &&
           y < rect.y + rect.height;
}

static void focus_at(struct ui *ui, int x, int y) {
    for (unsigned i = 0; i < PANEL_COUNT; i++) {
        if (holds(ui->panels[i], x, y)) ui_panel_focus(ui, (enum panel)i);
    }
}

/* Dragging moves what is shown in time: a panel's width is the window. */
static void drag_to(struct ui *ui, const struct ui_world *world, int x) {
    int width = ui->panels[ui_focus(ui)].width;
    if (width <= 0) width = ui->width;
    int64_t cell_ns = (int64_t)ui_window_ns(ui) / (width > 0 ? width : 1);
    if (ui->dragging) ui_scrub(ui, world, (ui->drag_x - x) * cell_ns);
    ui->dragging = true;
    ui->drag_x = x;
}

/* The mouse only looks. */
static void mouse_key(
    struct ui *ui, const struct ui_world *world, const struct key *key) {
    if (key->cap == KEYCAP_PRESS) {
        focus_at(ui, key->x, key->y);
        ui->dragging = true;
        ui->drag_x = key->x;
    } else if (key->cap == KEYCAP_DRAG) {
        drag_to(ui, world, key->x);
    } else if (key->cap == KEYCAP_RELEASE) {
        ui->dragging = false;
    } else {
        focus_at(ui, key->x, key->y);
        ui_move(ui, world, key->cap == KEYCAP_WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS);
    }
}

static struct ui_request chord_key(
    struct ui *ui, const struct ui_world *world, const struct key *key) {
    struct ui_order order = {.command = COMMAND_COUNT, .words = ""};
    if (ui->pending.length == KEY_SEQUENCE_MAX) ui->pending.length = 0;
    ui->pending.keys[ui->pending.length++] = *key;
    switch (keymap_find(&ui->keymap, &ui->pending, &order.command, &order.digit)) {
    case KEYMAP_BEGUN: return ui_no_request();
    case KEYMAP_NONE: ui->pending.length = 0; return ui_no_request();
    case KEYMAP_FOUND: break;
    }
    ui->pending.length = 0;
    return ui_run(ui, world, &order);
}

struct ui_request ui_on_key(
    struct ui *ui, const struct ui_world *world, const struct key *key) {
    if (key->cap == KEYCAP_MODE || key->cap == KEYCAP_BACKGROUND) {
        return ui_no_request(); /* answers to the terminal's owner */
    }
    bool mouse = key->cap >= KEYCAP_PRESS && key->cap <= KEYCAP_WHEEL_DOWN;
    if (!mouse) ui->notice[0] = '\0';
    if (ui->over != UI_NOTHING_OVER) return over_key(ui, world, key);
    if (key->pasted) return ui_no_request();
    if (mouse) {
        mouse_key(ui, world, key);
        return ui_no_request();
    }
    return chord_key(ui, world, key);
}
