/* SPDX-License-Identifier: MIT */
#include "ui/views/dialog_view.h"

#include "base/text.h"
#include "base/units.h"
#include "base/utf8.h"
#include "ui/views/box.h"
#include "ui/views/status_view.h"

enum {
    LINES_MAX = 24,
    LINE_SIZE = 160,
    LABEL_WIDTH = 9,
    BOX_WIDTH_MIN = 48,
    BOX_WIDTH_MAX = 96,
    FRAME = 4, /* borders and padding */
};

struct lines {
    int count;
    struct {
        const char *label;
        char words[LINE_SIZE];
        enum role role;
    } items[LINES_MAX];
};

static struct text add_line(struct lines *lines, const char *label, enum role role) {
    if (lines->count == LINES_MAX) lines->count--; /* the last one is written over */
    int at = lines->count++;
    lines->items[at].label = label;
    lines->items[at].role = role;
    return TEXT_IN(lines->items[at].words);
}

static void add_words(
    struct lines *lines, const char *label, enum role role, const char *words) {
    struct text text = add_line(lines, label, role);
    text_add(&text, words);
}

static void add_target(struct lines *lines, const struct scene *scene) {
    enum target_class class = (enum target_class)scene->live->target_class;
    struct text text = add_line(lines, "target", status_class_role(class));
    text_addf(&text, "%s %s", scene->live->target, status_class_word(class));
}

static void add_arming(struct lines *lines) {
    add_words(
        lines, "allows", ROLE_TEXT,
        "acting keys; each of them still asks before it acts");
    add_words(lines, "shown", ROLE_TEXT, "on every screen, with the time that is left");
    add_words(lines, "go back", ROLE_TEXT, "A disarms at once");
}

static void add_plan(struct lines *lines, const struct action_plan *plan) {
    if (!plan) return;
    add_words(lines, "to", ROLE_STRONG, plan->to);
    for (uint32_t i = 0; i < plan->line_count; i++) {
        add_words(lines, i == 0 ? "sends" : "", ROLE_TEXT, plan->lines[i]);
    }
    add_words(lines, "go back", ROLE_TEXT, plan->back);
}

/* Everything that runs, newest first. */
static void add_runs(struct lines *lines, const struct scene *scene) {
    for (uint32_t back = 0; back < STATE_RUNS_MAX; back++) {
        const struct run *run = state_run(scene->live, back);
        if (!run) break;
        if (!run->active) continue;
        struct text text = add_line(lines, "runs", ROLE_STRONG);
        text_addf(
            &text, "● %s, %u of %u, for ", run_kind_name((enum run_kind)run->kind),
            run->passed + run->failed + run->inconclusive, run->total);
        uint64_t since_ns = run->started_ns;
        figure_add_age(&text, scene->now_ns > since_ns ? scene->now_ns - since_ns : 0);
    }
}

static void fill(
    struct lines *lines, const struct scene *scene, const struct dialog *dialog,
    const struct action_plan *plan) {
    switch (dialog->kind) {
    case DIALOG_ARM:
        add_target(lines, scene);
        add_arming(lines);
        return;
    case DIALOG_SMOKE:
        add_target(lines, scene);
        add_plan(lines, plan);
        return;
    case DIALOG_STOP: add_runs(lines, scene); return;
    case DIALOG_QUIT:
        add_runs(lines, scene);
        add_words(lines, "leaving", ROLE_TEXT, "stops what runs");
        return;
    }
}

static const char *title_of(enum dialog_kind kind) {
    switch (kind) {
    case DIALOG_ARM: return "arm";
    case DIALOG_SMOKE: return "smoke";
    case DIALOG_STOP: return "stop";
    case DIALOG_QUIT: return "quit";
    }
    return "";
}

static int width_of(const struct lines *lines) {
    int width = BOX_WIDTH_MIN;
    for (int i = 0; i < lines->count; i++) {
        int needs = (int)utf8_string_width(lines->items[i].words) + LABEL_WIDTH + FRAME;
        if (needs > width) width = needs;
    }
    return width < BOX_WIDTH_MAX ? width : BOX_WIDTH_MAX;
}

static void draw_question(
    struct canvas *canvas, struct rect at, const struct dialog *dialog,
    const struct prompt *prompt) {
    int used = 0;
    if (dialog->word[0] == '\0') {
        used = canvas_text(canvas, at.x, at.y, at.width, "y", ROLE_KEY);
        used += canvas_text(
            canvas, at.x + used, at.y, at.width - used, " yes   ", ROLE_DIALOG);
    } else {
        used = canvas_print(
            canvas, at, ROLE_DIALOG, "type %s, then Enter: ", dialog->word);
        struct rect line = {at.x + used, at.y, at.width - used, 1};
        prompt_draw(canvas, line, prompt, ROLE_STRONG);
        return;
    }
    used += canvas_text(canvas, at.x + used, at.y, at.width - used, "Esc", ROLE_KEY);
    canvas_text(canvas, at.x + used, at.y, at.width - used, " leaves", ROLE_DIALOG);
}

void dialog_view_draw(
    struct canvas *canvas, const struct scene *scene, const struct dialog *dialog,
    const struct prompt *prompt, const struct action_plan *plan) {
    struct lines lines = {0};
    fill(&lines, scene, dialog, plan);
    struct rect size = {.width = width_of(&lines), .height = lines.count + 4};
    struct rect inner = box_draw(canvas, size, title_of(dialog->kind), "Esc leaves");
    int shown = lines.count;
    if (shown > inner.height - 1) shown = inner.height - 1; /* the question stays */
    for (int i = 0; i < shown; i++) {
        struct rect at = {inner.x, inner.y + i, inner.width, 1};
        canvas_text(canvas, at.x, at.y, LABEL_WIDTH, lines.items[i].label, ROLE_DIM);
        at.x += LABEL_WIDTH;
        at.width -= LABEL_WIDTH;
        canvas_text(
            canvas, at.x, at.y, at.width, lines.items[i].words, lines.items[i].role);
    }
    struct rect at = {inner.x, inner.y + inner.height - 1, inner.width, 1};
    draw_question(canvas, at, dialog, prompt);
}
