/* SPDX-License-Identifier: MIT */
#include "ui/ui_command.h"

#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "ui/ui_ask.h"
#include "ui/ui_canary.h"
#include "ui/ui_load.h"
#include "ui/ui_panel.h"
#include "ui/ui_rows.h"
#include "ui/ui_setting.h"
#include "ui/ui_start.h"
#include "ui/ui_take.h"

enum { WINDOW_COUNT = 4, PAGE_ROWS = 10, FAR_S = 10, HOUR_S = 3600 };

static const unsigned window_minutes[WINDOW_COUNT] = {1, 5, 15, 60};

struct ui_request ui_no_request(void) {
    return (struct ui_request){.command = COMMAND_COUNT};
}

struct ui_request ui_request_of(enum command command) {
    return (struct ui_request){.command = command};
}

uint64_t ui_window_ns(const struct ui *ui) {
    return UINT64_C(60) * NS_PER_S * window_minutes[ui->window];
}

struct rect ui_body(const struct ui *ui) {
    int height = ui->height > 3 ? ui->height - 3 : 0;
    return (struct rect){0, 2, ui->width, height};
}

enum panel ui_focus(const struct ui *ui) {
    switch (ui->screen) {
    case UI_OVERVIEW: return ui->focus;
    case UI_CHECKS: return PANEL_CHECKS;
    case UI_LOAD: return ui->load_focus;
    case UI_CANARY: return ui->canary_focus;
    case UI_ERRORS: return PANEL_ERRORS;
    case UI_TIMELINE: return PANEL_EVENTS;
    case UI_SCREEN_COUNT: break;
    }
    panic("no such screen");
}

struct scene ui_scene(const struct ui *ui, const struct ui_world *world) {
    struct scene scene = {
        .state = world->past ? world->past : &world->model->state,
        .live = &world->model->state,
        .model = world->model,
        .now_ns = world->now_ns,
        .view_ns = ui_view_ns(ui, world->now_ns),
        .window_ns = ui_window_ns(ui),
        .frozen = ui->frozen,
        .focus = ui_focus(ui),
        .zoomed = ui_panel_is_zoomed(ui),
        .opened = ui->opened,
        .away = ui->screen != UI_OVERVIEW,
        .glyphs = ui->glyphs,
        .filter = &ui->filters[ui_focus(ui)],
        .link = world->link,
        .rollout = world->rollout,
        .smoke = world->smoke_canary,
    };
    memcpy(scene.selected, ui->selected, sizeof scene.selected);
    return scene;
}

void ui_open_over(struct ui *ui, enum ui_over over) {
    ui->over = over;
    ui->choice = ui->recalled = 0;
    prompt_clear(&ui->prompt);
}

void ui_recall(struct ui *ui) {
    const char *line = recall_at(&ui->recall, ui->recalled);
    if (!line) return;
    ui->recalled++;
    ui->choice = 0;
    prompt_set(&ui->prompt, line);
}

/* The earliest time that can be shown. */
static uint64_t earliest_ns(const struct ui_world *world) {
    uint64_t hour_ns = HOUR_S * NS_PER_S;
    uint64_t ago_ns = world->now_ns > hour_ns ? world->now_ns - hour_ns : 0;
    uint64_t started_ns = world->model->state.started_ns;
    return started_ns > ago_ns ? started_ns : ago_ns;
}

static void show_time(struct ui *ui, const struct ui_world *world, uint64_t at_ns) {
    ui->frozen = at_ns < world->now_ns;
    uint64_t least_ns = earliest_ns(world);
    ui->view_ns = at_ns > least_ns ? at_ns : least_ns;
}

void ui_scrub(struct ui *ui, const struct ui_world *world, int64_t by_ns) {
    uint64_t from_ns = ui_view_ns(ui, world->now_ns);
    uint64_t size_ns = by_ns < 0 ? (uint64_t)-by_ns : (uint64_t)by_ns;
    if (by_ns < 0) {
        show_time(ui, world, from_ns > size_ns ? from_ns - size_ns : 0);
    } else {
        show_time(ui, world, from_ns + size_ns);
    }
}

void ui_show_screen(struct ui *ui, enum ui_screen screen) {
    ui->screen = screen;
    ui->opened = false;
}

static struct ui_request on_screen(const struct ui_turn *turn) {
    static const enum ui_screen screens[COMMAND_COUNT] = {
        [COMMAND_OVERVIEW] = UI_OVERVIEW, [COMMAND_CHECKS] = UI_CHECKS,
        [COMMAND_LOADS] = UI_LOAD,        [COMMAND_CANARY] = UI_CANARY,
        [COMMAND_ERRORS] = UI_ERRORS,     [COMMAND_TIMELINE] = UI_TIMELINE,
    };
    ui_show_screen(turn->ui, screens[turn->order->command]);
    return ui_no_request();
}

static struct ui_request on_help(const struct ui_turn *turn) {
    ui_open_over(turn->ui, UI_HELP);
    return ui_no_request();
}

static struct ui_request on_palette(const struct ui_turn *turn) {
    ui_open_over(turn->ui, UI_PALETTE);
    return ui_no_request();
}

static struct ui_request on_history(const struct ui_turn *turn) {
    ui_open_over(turn->ui, UI_PALETTE);
    ui_recall(turn->ui);
    return ui_no_request();
}

static struct ui_request on_filter(const struct ui_turn *turn) {
    struct ui *ui = turn->ui;
    struct filter *filter = &ui->filters[ui_focus(ui)];
    if (turn->order->words[0]) {
        text_copy_cut(filter->words, sizeof filter->words, turn->order->words);
        return ui_no_request();
    }
    if (ui_list(ui_focus(ui)) == LIST_COUNT) {
        ui_notify(ui, "this panel has no rows to filter");
        return ui_no_request();
    }
    ui_open_over(ui, UI_FILTER);
    prompt_set(&ui->prompt, filter->words);
    return ui_no_request();
}

/* The filter shows nothing but its matches: the next one is the next row. */
static struct ui_request on_match(const struct ui_turn *turn) {
    struct ui *ui = turn->ui;
    int by = turn->order->command == COMMAND_NEXT_MATCH ? 1 : -1;
    if (!ui->filters[ui_focus(ui)].words[0]) {
        ui_notify(ui, "no filter is set here: / sets one");
    } else if (!ui_step_row(ui, turn->world, by)) {
        ui_notify(ui, "the filter lets nothing through");
    }
    return ui_no_request();
}

static struct ui_request on_back(const struct ui_turn *turn) {
    struct ui *ui = turn->ui;
    struct filter *filter = &ui->filters[ui_focus(ui)];
    if (ui->opened) {
        ui->opened = false;
    } else if (filter->words[0]) {
        filter->words[0] = '\0';
    } else if (ui_panel_unzoom(ui)) {
        return ui_no_request();
    } else if (ui->screen != UI_OVERVIEW) {
        ui_show_screen(ui, UI_OVERVIEW);
    } else {
        ui->zoomed = false;
    }
    return ui_no_request();
}

static struct ui_request on_open(const struct ui_turn *turn) {
    struct ui *ui = turn->ui;
    if (ui_focus(ui) == PANEL_ERRORS) ui_choose_error(ui, turn->world);
    if (ui->screen == UI_ERRORS) {
        ui->opened = !ui->opened;
        return ui_no_request();
    }
    if (ui->screen != UI_OVERVIEW) return ui_panel_zoom(turn);
    if (ui->focus == PANEL_ERRORS) {
        ui_show_screen(ui, UI_ERRORS);
        ui->opened = true;
    } else if (ui->focus == PANEL_EVENTS) {
        ui_show_screen(ui, UI_TIMELINE);
    } else if (ui->focus == PANEL_RUNS) {
        ui_show_screen(ui, ui_load_runs(ui, turn->world) ? UI_LOAD : UI_CHECKS);
    } else {
        ui->zoomed = !ui->zoomed;
    }
    return ui_no_request();
}

static struct ui_request on_move(const struct ui_turn *turn) {
    static const int rows[COMMAND_COUNT] = {
        [COMMAND_UP] = -1,
        [COMMAND_DOWN] = 1,
        [COMMAND_PAGE_UP] = -PAGE_ROWS,
        [COMMAND_PAGE_DOWN] = PAGE_ROWS,
        [COMMAND_FIRST] = -(int)STATE_PARTS_MAX,
        [COMMAND_LAST] = (int)STATE_PARTS_MAX,
    };
    if (turn->order->command == COMMAND_LAST && turn->ui->frozen) {
        turn->ui->frozen = false;
        return ui_no_request();
    }
    ui_move(turn->ui, turn->world, rows[turn->order->command]);
    return ui_no_request();
}

static struct ui_request on_scrub(const struct ui_turn *turn) {
    static const int seconds[COMMAND_COUNT] = {
        [COMMAND_LEFT] = -1,
        [COMMAND_RIGHT] = 1,
        [COMMAND_LEFT_FAR] = -FAR_S,
        [COMMAND_RIGHT_FAR] = FAR_S,
    };
    int64_t by_ns = seconds[turn->order->command] * (int64_t)NS_PER_S;
    ui_scrub(turn->ui, turn->world, by_ns);
    return ui_no_request();
}

static struct ui_request on_freeze(const struct ui_turn *turn) {
    struct ui *ui = turn->ui;
    ui->view_ns = turn->world->now_ns;
    ui->frozen = !ui->frozen;
    return ui_no_request();
}

/* The nearest event before or after what is shown; among all that the present knows. */
static struct ui_request on_event(const struct ui_turn *turn) {
    bool after = turn->order->command == COMMAND_EVENT_AFTER;
    uint64_t view_ns = ui_view_ns(turn->ui, turn->world->now_ns);
    uint64_t found_ns = 0;
    for (uint32_t back = 0; back < STATE_NOTES_MAX; back++) {
        const struct note *note = state_note(&turn->world->model->state, back);
        if (!note) break;
        if (after && note->at_ns > view_ns) found_ns = note->at_ns;
        if (!after && note->at_ns < view_ns) {
            found_ns = note->at_ns;
            break;
        }
    }
    if (found_ns != 0) {
        show_time(turn->ui, turn->world, found_ns);
    } else if (after) {
        turn->ui->frozen = false;
    } else {
        ui_notify(turn->ui, "there is no event before this one");
    }
    return ui_no_request();
}

static struct ui_request on_window(const struct ui_turn *turn) {
    struct ui *ui = turn->ui;
    if (turn->order->command == COMMAND_WINDOW_MORE) {
        if (ui->window + 1 < WINDOW_COUNT) ui->window++;
    } else if (ui->window > 0) {
        ui->window--;
    }
    return ui_no_request();
}

static struct ui_request on_caller(const struct ui_turn *turn) {
    return ui_request_of(turn->order->command);
}

typedef struct ui_request (*handler_fn)(const struct ui_turn *turn);

static const handler_fn handlers[COMMAND_COUNT] = {
    [COMMAND_QUIT] = ui_ask_quit,
    [COMMAND_HELP] = on_help,
    [COMMAND_PALETTE] = on_palette,
    [COMMAND_BACK] = on_back,
    [COMMAND_OVERVIEW] = on_screen,
    [COMMAND_CHECKS] = on_screen,
    [COMMAND_LOADS] = on_screen,
    [COMMAND_CANARY] = on_screen,
    [COMMAND_ERRORS] = on_screen,
    [COMMAND_TIMELINE] = on_screen,
    [COMMAND_NEXT_PANEL] = ui_panel_step,
    [COMMAND_PREVIOUS_PANEL] = ui_panel_step,
    [COMMAND_PANEL] = ui_panel_number,
    [COMMAND_OPEN] = on_open,
    [COMMAND_ZOOM] = ui_panel_zoom,
    [COMMAND_UP] = on_move,
    [COMMAND_DOWN] = on_move,
    [COMMAND_LEFT] = on_scrub,
    [COMMAND_RIGHT] = on_scrub,
    [COMMAND_LEFT_FAR] = on_scrub,
    [COMMAND_RIGHT_FAR] = on_scrub,
    [COMMAND_PAGE_UP] = on_move,
    [COMMAND_PAGE_DOWN] = on_move,
    [COMMAND_FIRST] = on_move,
    [COMMAND_LAST] = on_move,
    [COMMAND_FREEZE] = on_freeze,
    [COMMAND_EVENT_BEFORE] = on_event,
    [COMMAND_EVENT_AFTER] = on_event,
    [COMMAND_WINDOW_LESS] = on_window,
    [COMMAND_WINDOW_MORE] = on_window,
    [COMMAND_FILTER] = on_filter,
    [COMMAND_THEME] = ui_setting_change,
    [COMMAND_COLORS] = ui_setting_change,
    [COMMAND_SYNC] = ui_setting_change,
    [COMMAND_SETTINGS] = ui_setting_list,
    [COMMAND_HISTORY] = on_history,
    [COMMAND_MARK] = ui_take_mark,
    [COMMAND_COPY] = on_caller,
    [COMMAND_EXPORT] = ui_take_export,
    [COMMAND_NEXT_MATCH] = on_match,
    [COMMAND_MATCH_BEFORE] = on_match,
    [COMMAND_GLYPHS] = ui_setting_glyphs,
    [COMMAND_REDRAW] = on_caller,
    [COMMAND_SUSPEND] = on_caller,
    [COMMAND_ARM] = ui_ask_arm,
    [COMMAND_SMOKE] = ui_ask_smoke,
    [COMMAND_LOAD] = ui_load_ask,
    [COMMAND_LOAD_MORE] = ui_load_ask_level,
    [COMMAND_LOAD_LESS] = ui_load_ask_level,
    [COMMAND_START] = ui_start_ask,
    [COMMAND_PROMOTE] = ui_canary_order,
    [COMMAND_HOLD] = ui_canary_order,
    [COMMAND_RESUME] = ui_canary_order,
    [COMMAND_UNDO] = ui_canary_order,
    [COMMAND_ABORT] = ui_canary_order,
    [COMMAND_STOP] = ui_ask_stop,
};

struct ui_request ui_run(
    struct ui *ui, const struct ui_world *world, const struct ui_order *order) {
    ensure((unsigned)order->command < COMMAND_COUNT);
    bool looks = command_danger(order->command) == COMMAND_LOOKS;
    if (!looks && world->model->state.read_only) {
        ui_notify(ui, "watching: nothing here can act");
        return ui_no_request();
    }
    handler_fn handler = handlers[order->command];
    if (!handler) {
        ui_notify(ui, "this cannot be done here");
        return ui_no_request();
    }
    struct ui_turn turn = {.ui = ui, .world = world, .order = order};
    return handler(&turn);
}
