/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/text.h"
#include "ui/ui.h"
#include "ui/ui_ask.h"
#include "ui/ui_command.h"
#include "ui/ui_rows.h"
#include "ui/ui_take.h"
#include "ui/views/canary_view.h"
#include "ui/views/help_view.h"
#include "ui/views/load_view.h"
#include "ui/views/overview_view.h"
#include "ui/views/palette_view.h"
#include "ui/views/screen_views.h"
#include "ui/views/settings_view.h"
#include "ui/views/status_view.h"

static void draw_body(struct ui *ui, struct canvas *canvas, const struct scene *scene) {
    struct rect body = ui_body(ui);
    memset(ui->panels, 0, sizeof ui->panels);
    switch (ui->screen) {
    case UI_OVERVIEW:
        overview_view_place(
            body, size_class_of(ui->width, ui->height), scene, ui->panels);
        overview_view_draw(canvas, body, scene);
        return;
    case UI_LOAD:
        load_view_place(body, scene, ui->panels);
        load_view_draw(canvas, body, scene);
        return;
    case UI_CANARY:
        canary_view_place(body, scene, ui->panels);
        canary_view_draw(canvas, body, scene);
        return;
    case UI_CHECKS: checks_view_draw(canvas, body, scene); return;
    case UI_ERRORS: errors_view_draw(canvas, body, scene); return;
    case UI_TIMELINE: timeline_view_draw(canvas, body, scene); return;
    case UI_SCREEN_COUNT: return;
    }
}

static bool is_line(enum ui_over over) {
    return over == UI_FILTER || over == UI_MARK || over == UI_EXPORT;
}

/* What is typed in the key row. */
static void draw_line(
    const struct ui *ui, struct canvas *canvas, struct rect row,
    const struct scene *scene) {
    char label[96];
    struct text text = TEXT_IN(label);
    if (ui->over == UI_FILTER) {
        text_add_char(&text, '/');
    } else {
        ui_take_add_label(&text, ui, scene);
    }
    struct rect line = row;
    line.x += 1 + canvas_text(canvas, row.x + 1, row.y, row.width / 2, label, ROLE_KEY);
    line.width -= line.x - row.x;
    prompt_draw(canvas, line, &ui->prompt, ROLE_STRONG);
}

static void draw_filter(
    struct canvas *canvas, struct rect row, const struct filter *filter) {
    bool inverted = filter->words[0] == '!';
    canvas_print(
        canvas, (struct rect){row.x + 1, row.y, row.width - 1, 1}, ROLE_STRONG,
        "filter: %s%s   n next  N before  Esc clears", inverted ? "all but " : "",
        filter->words + inverted);
}

/* The keys so far of a chord, and what may follow. */
static void draw_pending(const struct ui *ui, struct canvas *canvas, struct rect row) {
    char words[192];
    struct text text = TEXT_IN(words);
    for (size_t i = 0; i < ui->pending.length; i++) {
        key_add(&text, &ui->pending.keys[i]);
    }
    text_add(&text, " …  ");
    for (size_t i = 0; i < ui->keymap.count; i++) {
        const struct binding *binding = &ui->keymap.bindings[i];
        if (binding->keys.length <= ui->pending.length) continue;
        if (!key_equals(&binding->keys.keys[0], &ui->pending.keys[0])) continue;
        key_add(&text, &binding->keys.keys[1]);
        text_addf(&text, " %s  ", command_name(binding->command));
    }
    canvas_text(canvas, row.x + 1, row.y, row.width - 1, words, ROLE_TEXT);
}

static void draw_last_row(
    struct ui *ui, struct canvas *canvas, const struct scene *scene) {
    struct rect row = {0, ui->height - 1, ui->width, 1};
    const struct filter *filter = &ui->filters[ui_focus(ui)];
    if (is_line(ui->over)) {
        draw_line(ui, canvas, row, scene);
    } else if (ui->notice[0]) {
        canvas_text(canvas, 1, row.y, row.width - 1, ui->notice, ROLE_STRONG);
    } else if (ui->pending.length > 0) {
        draw_pending(ui, canvas, row);
    } else if (filter->words[0]) {
        draw_filter(canvas, row, filter);
    } else {
        keys_view_draw(canvas, row, scene, &ui->keymap);
    }
}

static void draw_over(
    struct ui *ui, const struct ui_world *world, struct canvas *canvas,
    const struct scene *scene) {
    switch (ui->over) {
    case UI_NOTHING_OVER:
    case UI_FILTER:
    case UI_MARK:
    case UI_EXPORT: return;
    case UI_SETTINGS: {
        struct setting_values values = world->settings;
        values.words[SETTING_GLYPHS] = raster_glyphs_name(ui->glyphs);
        settings_view_draw(canvas, &values, (enum setting)ui->choice);
        return;
    }
    case UI_HELP:
        help_view_draw(canvas, scene, &ui->keymap, &ui->prompt, ui->choice);
        return;
    case UI_PALETTE:
        palette_view_draw(canvas, scene, &ui->keymap, &ui->prompt, ui->choice);
        return;
    case UI_DIALOG: {
        const struct dialog_view view = ui_dialog_view(ui, world, scene);
        dialog_view_draw(canvas, &view, &ui->prompt);
        return;
    }
    }
}

/* Only what is made of panels alone has halves. */
static bool has_halves(const struct ui *ui) {
    return ui->screen == UI_OVERVIEW && ui->over == UI_NOTHING_OVER && !ui->zoomed &&
           !ui->frozen && size_class_of(ui->width, ui->height) >= SIZE_SMALL;
}

static void draw_half(struct ui *ui, struct canvas *canvas, const struct scene *scene) {
    if (scene->turn == FRAME_FIRST_HALF) {
        struct rect rows = {0, 0, ui->width, 2};
        canvas_fill(canvas, rows, ' ', ROLE_TEXT);
        status_view_draw(canvas, (struct rect){0, 0, ui->width, 1}, scene);
        verdict_view_draw(canvas, (struct rect){0, 1, ui->width, 1}, scene);
    } else {
        struct rect row = {0, ui->height - 1, ui->width, 1};
        canvas_fill(canvas, row, ' ', ROLE_TEXT);
        draw_last_row(ui, canvas, scene);
    }
    draw_body(ui, canvas, scene);
}

static void draw_second_row(
    const struct ui *ui, struct canvas *canvas, struct rect row,
    const struct scene *scene) {
    if (ui->screen == UI_LOAD) {
        load_view_draw_line(canvas, row, scene);
    } else if (ui->screen == UI_CANARY) {
        canary_view_draw_line(canvas, row, scene);
    } else {
        verdict_view_draw(canvas, row, scene);
    }
}

static void draw_whole(
    struct ui *ui, struct canvas *canvas, const struct scene *scene) {
    struct rect first = {0, 0, ui->width, 1};
    struct rect second = {0, 1, ui->width, 1};
    canvas_clear(canvas);
    if (size_class_of(ui->width, ui->height) == SIZE_LINE) {
        status_view_draw_line(canvas, first, scene, &ui->keymap);
        if (ui->height > 2) verdict_view_draw(canvas, second, scene);
        if (ui->height > 1) draw_last_row(ui, canvas, scene);
    } else {
        status_view_draw(canvas, first, scene);
        draw_second_row(ui, canvas, second, scene);
        draw_body(ui, canvas, scene);
        draw_last_row(ui, canvas, scene);
    }
}

void ui_draw(struct ui *ui, const struct ui_world *world, struct canvas *canvas) {
    bool halves = has_halves(ui);
    /* What has no halves is drawn with the first. */
    if (!halves && world->turn == FRAME_SECOND_HALF) return;
    ui_settle(ui, world);
    struct scene scene = ui_scene(ui, world);
    scene.turn = halves ? world->turn : FRAME_WHOLE;
    if (scene.turn == FRAME_WHOLE) {
        draw_whole(ui, canvas, &scene);
        draw_over(ui, world, canvas, &scene);
    } else {
        draw_half(ui, canvas, &scene);
    }
}
