/* SPDX-License-Identifier: MIT */
#include "ui/views/dialog_view.h"

#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "base/utf8.h"
#include "ui/views/box.h"
#include "ui/views/dialog_page.h"
#include "ui/views/dialog_rollout.h"
#include "ui/views/dialog_start.h"
#include "ui/views/load_text.h"
#include "ui/views/status_view.h"

enum {
    LINE_SIZE = 160,
    MENU_SIZE = 2048,
    BOX_WIDTH_MIN = 48,
    FRAME = 4,      /* borders and padding beside the words */
    FRAME_ROWS = 3, /* borders and the question */
    NOTE_SIZE = 32,
    QUESTION_WIDTH = 22, /* what stands around the name that is to be typed */
};

static void add_target(struct dialog_page *page, const struct scene *scene) {
    enum target_class class = (enum target_class)scene->live->target_class;
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    text_addf(&text, "%s %s", scene->live->target, status_class_word(class));
    dialog_page_add(page, "target", status_class_role(class), line);
}

static void add_arming(struct dialog_page *page) {
    dialog_page_add(
        page, "allows", ROLE_TEXT,
        "acting keys; each of them still asks before it acts");
    dialog_page_add(
        page, "shown", ROLE_TEXT, "on every screen, with the time that is left");
    dialog_page_add(page, "go back", ROLE_TEXT, "A disarms at once");
}

static void add_holder(
    struct dialog_page *page, const struct scene *scene,
    const struct target_holder *holder) {
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    const char *name = holder->name[0] ? holder->name : "somebody";
    text_addf(
        &text, "%s on %s (pid %lld, %s)", name, holder->host, (long long)holder->pid,
        holder->purpose);
    dialog_page_add(page, "held by", ROLE_WARN, line);
    text_reset(&text);
    units_add_timestamp(&text, holder->since_ms);
    int64_t age_ms = scene_wall_ms(scene, scene->now_ns) - holder->since_ms;
    text_add(&text, ", for ");
    figure_add_age(&text, age_ms > 0 ? (uint64_t)age_ms * NS_PER_MS : 0);
    dialog_page_add(page, "since", ROLE_STRONG, line);
    text_reset(&text);
    text_addf(
        &text,
        "you are armed; %s is disarmed, told that it was you, and what runs "
        "there is stopped",
        name);
    dialog_page_add(page, "means", ROLE_TEXT, line);
    dialog_page_add(
        page, "go back", ROLE_TEXT,
        "A disarms; the target can be taken back like this");
}

static void add_plan(struct dialog_page *page, const struct action_plan *plan) {
    if (!plan) return;
    dialog_page_add(page, "to", ROLE_STRONG, plan->to);
    for (uint32_t i = 0; i < plan->line_count; i++) {
        dialog_page_add(page, i == 0 ? "sends" : "", ROLE_TEXT, plan->lines[i]);
    }
    dialog_page_add(page, "go back", ROLE_TEXT, plan->back);
}

/* All scenarios; the chosen one stands in brackets. */
static void add_menu(struct dialog_page *page, const struct dialog_view *view) {
    char line[MENU_SIZE];
    struct text text = TEXT_IN(line);
    for (uint32_t i = 0; view->menu && i < view->menu->count; i++) {
        const char *name = view->menu->choices[i].name;
        bool chosen = strcmp(name, view->dialog->choice) == 0;
        text_addf(&text, chosen ? "%s[%s]" : "%s%s", i > 0 ? "  " : "", name);
    }
    dialog_page_add(page, "Tab", ROLE_STRONG, line);
    bool blocked = view->plan && view->plan->blocked;
    if (blocked) dialog_page_add(page, "cannot", ROLE_BAD, view->plan->blocked);
}

static void add_level(struct dialog_page *page, const struct dialog_view *view) {
    const struct load_status *load = &view->scene->live->load;
    const char *unit = load->users_wanted > 0 ? "users" : "starts a second";
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    if (load->users_wanted > 0) {
        text_addf(
            &text, "%u %s wanted, %u there", load->users_wanted, unit, load->users);
    } else {
        text_addf(&text, "%.4g %s", (double)load->rates.wanted_per_s, unit);
    }
    dialog_page_add(page, "now", ROLE_TEXT, line);
    text_reset(&text);
    text_addf(&text, "%s %s, until the end of the run", view->dialog->level, unit);
    dialog_page_add(page, "then", ROLE_STRONG, line);
    dialog_page_add(
        page, "go back", ROLE_TEXT,
        view->dialog->more ? "- takes them back; X stops the run"
                           : "+ brings them again");
}

/* Everything that runs, newest first. */
static void add_runs(struct dialog_page *page, const struct scene *scene) {
    for (uint32_t back = 0; back < STATE_RUNS_MAX; back++) {
        const struct run *run = state_run(scene->live, back);
        if (!run) break;
        if (!run->active) continue;
        char line[LINE_SIZE];
        struct text text = TEXT_IN(line);
        text_addf(&text, "● %s", run_kind_name((enum run_kind)run->kind));
        if (run->kind == RUN_LOAD) {
            text_addf(&text, " %s, ", run->title);
            load_text_add_rate(&text, &scene->live->load.rates);
        } else {
            uint32_t done = run->passed;
            done += run->failed;
            done += run->inconclusive;
            text_addf(&text, ", %u of %u", done, run->total);
        }
        text_add(&text, ", for ");
        uint64_t since_ns = run->started_ns;
        figure_add_age(&text, scene->now_ns > since_ns ? scene->now_ns - since_ns : 0);
        dialog_page_add(page, "runs", ROLE_STRONG, line);
    }
}

static void fill(struct dialog_page *page, const struct dialog_view *view) {
    const struct scene *scene = view->scene;
    switch (view->dialog->kind) {
    case DIALOG_ARM:
        add_target(page, scene);
        add_arming(page);
        return;
    case DIALOG_TAKE_OVER:
        add_target(page, scene);
        add_holder(page, scene, &view->dialog->holder);
        return;
    case DIALOG_SMOKE:
        add_target(page, scene);
        add_plan(page, view->plan);
        return;
    case DIALOG_LOAD:
        add_target(page, scene);
        add_menu(page, view);
        add_plan(page, view->plan);
        return;
    case DIALOG_LOAD_LEVEL:
        add_target(page, scene);
        add_level(page, view);
        return;
    case DIALOG_ROLLOUT:
        add_target(page, scene);
        dialog_rollout_fill(page, view);
        return;
    case DIALOG_ROLLOUT_START:
        add_target(page, scene);
        dialog_start_fill(page, view);
        return;
    case DIALOG_STOP:
        add_target(page, scene);
        add_runs(page, scene);
        dialog_rollout_add_stop(page, view);
        return;
    case DIALOG_QUIT:
        add_runs(page, scene);
        dialog_page_add(page, "leaving", ROLE_TEXT, "stops what runs");
        return;
    }
}

static const char *title_of(const struct dialog *dialog) {
    switch (dialog->kind) {
    case DIALOG_ARM: return "arm";
    case DIALOG_TAKE_OVER: return "take over";
    case DIALOG_SMOKE: return dialog->choice[0] ? "smoke the canary" : "smoke";
    case DIALOG_LOAD: return "load";
    case DIALOG_LOAD_LEVEL: return "load, more or fewer";
    case DIALOG_ROLLOUT: return dialog_rollout_title(dialog);
    case DIALOG_ROLLOUT_START: return "start a rollout";
    case DIALOG_STOP: return "stop";
    case DIALOG_QUIT: return "quit";
    }
    return "";
}

static int least(int a, int b) {
    return a < b ? a : b;
}

/* The size of the box as far as there is room, and how many rows its words need. */
static struct rect measure(
    const struct dialog_view *view, int width, int height, uint32_t *rows) {
    struct dialog_page page = {.rect = {.width = DIALOG_PAGE_MAX}};
    fill(&page, view);
    int wanted = page.widest + DIALOG_PAGE_LABEL + FRAME;
    if (wanted < BOX_WIDTH_MIN) wanted = BOX_WIDTH_MIN;
    int box = least(least(wanted, DIALOG_PAGE_MAX), width);
    page = (struct dialog_page){.rect = {.width = box - FRAME - DIALOG_PAGE_LABEL}};
    fill(&page, view);
    *rows = page.rows;
    int full = least((int)page.rows, height) + FRAME_ROWS + 1; /* one row stays empty */
    return (struct rect){.width = box, .height = least(full, height)};
}

uint32_t dialog_view_hidden(const struct dialog_view *view, int width, int height) {
    uint32_t rows = 0;
    struct rect size = measure(view, width, height, &rows);
    int room = size.height - FRAME_ROWS;
    if (room < 0) room = 0;
    return rows > (uint32_t)room ? rows - (uint32_t)room : 0;
}

static void draw_question(
    struct canvas *canvas, struct rect at, const struct dialog *dialog,
    const struct prompt *prompt) {
    int used = 0;
    if (dialog->edits) {
        used = canvas_text(
            canvas, at.x, at.y, at.width, "version, then Enter: ", ROLE_DIALOG);
        struct rect line = {at.x + used, at.y, at.width - used, 1};
        prompt_draw(canvas, line, prompt, ROLE_STRONG);
        return;
    }
    if (dialog->word[0] == '\0') {
        used = canvas_text(canvas, at.x, at.y, at.width, "y", ROLE_KEY);
        used += canvas_text(
            canvas, at.x + used, at.y, at.width - used, " yes   ", ROLE_DIALOG);
    } else {
        /* On a narrow screen the line above has to do for the name. */
        int name = (int)utf8_string_width(dialog->word);
        bool fits = 2 * name + QUESTION_WIDTH <= at.width;
        used = canvas_print(
            canvas, at, ROLE_DIALOG,
            "type %s, then Enter: ", fits ? dialog->word : "its name");
        struct rect line = {at.x + used, at.y, at.width - used, 1};
        prompt_draw(canvas, line, prompt, ROLE_STRONG);
        return;
    }
    used += canvas_text(canvas, at.x + used, at.y, at.width - used, "Esc", ROLE_KEY);
    canvas_text(canvas, at.x + used, at.y, at.width - used, " leaves", ROLE_DIALOG);
}

static void add_note(char note[NOTE_SIZE], uint32_t first, uint32_t hidden) {
    struct text text = text_in(note, NOTE_SIZE);
    if (hidden > first) {
        text_addf(&text, "↓ %u more   ", (unsigned)(hidden - first));
    } else if (hidden > 0) {
        text_add(&text, "↑ back   ");
    }
    text_add(&text, "Esc leaves");
}

void dialog_view_draw(
    struct canvas *canvas, const struct dialog_view *view,
    const struct prompt *prompt) {
    uint32_t rows = 0;
    struct rect size = measure(view, canvas->width, canvas->height, &rows);
    uint32_t hidden = dialog_view_hidden(view, canvas->width, canvas->height);
    uint32_t first = view->dialog->first < hidden ? view->dialog->first : hidden;
    char note[NOTE_SIZE];
    add_note(note, first, hidden);
    struct rect inner = box_draw(canvas, size, title_of(view->dialog), note);
    struct dialog_page page = {
        .canvas = canvas,
        .rect =
            {.x = inner.x + DIALOG_PAGE_LABEL,
             .y = inner.y,
             .width = inner.width - DIALOG_PAGE_LABEL,
             .height = inner.height - 1}, /* the question stays */
        .first = first,
    };
    fill(&page, view);
    struct rect at = {inner.x, inner.y + inner.height - 1, inner.width, 1};
    draw_question(canvas, at, view->dialog, prompt);
}
