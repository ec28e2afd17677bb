/* SPDX-License-Identifier: MIT */
#include "ui/ui_take.h"

#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "ui/extract.h"

/* A note stands in the timeline when it was written;
 * what it is about may be earlier. */
static struct ui_request mark(
    const struct ui *ui, const struct ui_world *world, const char *words) {
    struct ui_request request = ui_request_of(COMMAND_MARK);
    struct text text = TEXT_IN(request.argument);
    if (ui->frozen) {
        struct scene scene = ui_scene(ui, world);
        text_add(&text, "at ");
        units_add_clock(&text, scene_wall_ms(&scene, scene.view_ns));
        text_add(&text, ": ");
    }
    safe_text_add(&text, slice_of(words[0] ? words : "marked"));
    return request;
}

static struct ui_request export(struct ui *ui, const char *name) {
    enum extract_format format = EXTRACT_TEXT;
    if (!extract_name_is_good(name)) {
        ui_notify(ui, "not written: a file name of letters, digits, . _ and -");
    } else if (!extract_format_of(name, &format)) {
        ui_notify(ui, "not written: the name must end in .txt, .csv or .json");
    } else {
        struct ui_request request = ui_request_of(COMMAND_EXPORT);
        text_copy_cut(request.argument, sizeof request.argument, name);
        return request;
    }
    return ui_no_request();
}

struct ui_request ui_take_mark(const struct ui_turn *turn) {
    if (turn->order->words[0]) return mark(turn->ui, turn->world, turn->order->words);
    ui_open_over(turn->ui, UI_MARK);
    return ui_no_request();
}

struct ui_request ui_take_export(const struct ui_turn *turn) {
    if (turn->order->words[0]) return export(turn->ui, turn->order->words);
    char name[EXTRACT_NAME_SIZE];
    struct scene scene = ui_scene(turn->ui, turn->world);
    extract_name(&scene, name);
    ui_open_over(turn->ui, UI_EXPORT);
    prompt_set(&turn->ui->prompt, name);
    return ui_no_request();
}

struct ui_request ui_take_key(
    struct ui *ui, const struct ui_world *world, const struct key *key) {
    bool ctrl_c =
        key->cap == KEYCAP_RUNE && key->with == KEY_WITH_CTRL && key->rune == 'c';
    if (key->cap == KEYCAP_ESC || ctrl_c) {
        ui_open_over(ui, UI_NOTHING_OVER);
        return ui_no_request();
    }
    if (key->cap != KEYCAP_ENTER || key->pasted) {
        prompt_on_key(&ui->prompt, key);
        return ui_no_request();
    }
    char words[PROMPT_SIZE];
    text_copy_cut(words, sizeof words, ui->prompt.words);
    bool marks = ui->over == UI_MARK;
    ui_open_over(ui, UI_NOTHING_OVER);
    return marks ? mark(ui, world, words) : export(ui, words);
}

void ui_take_add_label(
    struct text *text, const struct ui *ui, const struct scene *scene) {
    if (ui->over == UI_EXPORT) {
        text_addf(text, "write %s to: ", panel_title(scene->focus));
        return;
    }
    text_add(text, "note at ");
    units_add_clock(text, scene_wall_ms(scene, scene->view_ns));
    text_add(text, ": ");
}
