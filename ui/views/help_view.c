/* SPDX-License-Identifier: MIT */
#include "ui/views/help_view.h"

#include "base/text.h"
#include "ui/table.h"
#include "ui/views/box.h"

enum {
    BOX_WIDTH = 122,
    BOX_HEIGHT = 38,
    COLUMN_WIDTH_MIN = 52,
    KEYS_WIDTH = 12,
    NAME_WIDTH = 9,
    ROW_TEXT_SIZE = 160,
    FOOT_ROWS = 2,
    NARROW = 60, /* up to here a command takes two rows */
};

static bool is_shown(
    const struct scene *scene, const struct prompt *prompt, enum command command) {
    bool looks = command_danger(command) == COMMAND_LOOKS;
    if (scene->live->read_only && !looks) return false;
    struct filter filter;
    text_copy_cut(filter.words, sizeof filter.words, prompt->words);
    char line[ROW_TEXT_SIZE];
    struct text text = TEXT_IN(line);
    text_addf(
        &text, "%s %s %s", command_keys(command), command_name(command),
        command_help(command));
    return filter_lets(&filter, line);
}

/* What acts stands first: it is what one must not mistake. */
static uint32_t list_commands(
    const struct scene *scene, const struct prompt *prompt,
    enum command list[COMMAND_COUNT]) {
    uint32_t count = 0;
    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned i = 0; i < COMMAND_COUNT; i++) {
            enum command command = (enum command)i;
            bool looks = command_danger(command) == COMMAND_LOOKS;
            if (looks != (pass == 1) || !is_shown(scene, prompt, command)) continue;
            list[count++] = command;
        }
    }
    return count;
}

uint32_t help_view_count(const struct scene *scene, const struct prompt *prompt) {
    enum command list[COMMAND_COUNT];
    return list_commands(scene, prompt, list);
}

/* All keys of the command as they are bound now; one without any is typed. */
static void add_keys(
    struct text *text, const struct keymap *keymap, enum command command) {
    for (size_t i = 0; i < keymap->count; i++) {
        const struct binding *binding = &keymap->bindings[i];
        if (binding->command != command) continue;
        if (text->length > 0) text_add_char(text, ' ');
        if (binding->digits) text_add(text, "1-9");
        for (size_t k = 0; k < binding->keys.length && !binding->digits; k++) {
            key_add(text, &binding->keys.keys[k]);
        }
    }
    if (text->length == 0) text_addf(text, ":%s", command_name(command));
}

/* The words of what it does in a row of their own,
 * so that they can be read to the end. */
static void draw_narrow(
    struct canvas *canvas, struct rect at, const struct keymap *keymap,
    enum command command) {
    char keys[ROW_TEXT_SIZE];
    struct text text = TEXT_IN(keys);
    add_keys(&text, keymap, command);
    canvas_text(canvas, at.x, at.y, KEYS_WIDTH, keys, ROLE_KEY);
    int name = at.width - KEYS_WIDTH - 1;
    canvas_text(
        canvas, at.x + KEYS_WIDTH + 1, at.y, name, command_name(command), ROLE_STRONG);
    if (command_danger(command) == COMMAND_ACTS) {
        canvas_text_right(canvas, at.x, at.y, at.width, "ARM", ROLE_WARN);
    }
    if (at.height < 2) return;
    canvas_text(
        canvas, at.x + 1, at.y + 1, at.width - 1, command_help(command), ROLE_TEXT);
}

static void draw_row(
    struct canvas *canvas, struct rect at, const struct keymap *keymap,
    enum command command) {
    if (at.height > 1) {
        draw_narrow(canvas, at, keymap, command);
        return;
    }
    char keys[ROW_TEXT_SIZE];
    struct text text = TEXT_IN(keys);
    add_keys(&text, keymap, command);
    canvas_text(canvas, at.x, at.y, KEYS_WIDTH, keys, ROLE_KEY);
    at.x += KEYS_WIDTH + 1;
    at.width -= KEYS_WIDTH + 1;
    if (at.width <= 0) return;
    int name = at.width < NAME_WIDTH ? at.width : NAME_WIDTH;
    canvas_text(canvas, at.x, at.y, name, command_name(command), ROLE_STRONG);
    at.x += NAME_WIDTH;
    at.width -= NAME_WIDTH;
    bool acts = command_danger(command) == COMMAND_ACTS;
    struct rect words = {at.x, at.y, at.width - (acts ? 4 : 0), 1};
    canvas_text(canvas, words.x, at.y, words.width, command_help(command), ROLE_TEXT);
    if (acts) canvas_text_right(canvas, at.x, at.y, at.width - 1, "ARM", ROLE_WARN);
}

static void draw_foot(struct canvas *canvas, struct rect at) {
    canvas_text(
        canvas, at.x, at.y, at.width,
        "! FAIL  ~ warn  ✔ ok  ✘ failed  ○ waiting  ● running", ROLE_DIM);
    canvas_text(
        canvas, at.x, at.y + 1, at.width,
        "lower case looks, upper case acts; going back never needs arming", ROLE_DIM);
}

void help_view_draw(
    struct canvas *canvas, const struct scene *scene, const struct keymap *keymap,
    const struct prompt *prompt, uint32_t first) {
    enum command list[COMMAND_COUNT];
    uint32_t count = list_commands(scene, prompt, list);
    struct rect size = {.width = BOX_WIDTH, .height = BOX_HEIGHT};
    if (size.width > canvas->width) size.width = canvas->width;
    int columns = size.width / 2 >= COLUMN_WIDTH_MIN ? 2 : 1;
    int each = size.width < NARROW ? 2 : 1; /* rows of a command */
    int rows = ((int)count + columns - 1) / columns * each + FOOT_ROWS + 4;
    if (rows < size.height) size.height = rows;
    struct rect inner = box_draw(canvas, size, "help", "type to filter   Esc");
    struct rect line = {inner.x + 1, inner.y, inner.width - 1, 1};
    canvas_put(canvas, inner.x, inner.y, '/', ROLE_KEY);
    prompt_draw(canvas, line, prompt, ROLE_STRONG);

    struct rect body = {inner.x, inner.y + 1, inner.width, inner.height - 1};
    if (body.height > FOOT_ROWS + 4 && each == 1) {
        body.height -= FOOT_ROWS;
        struct rect foot = {body.x, body.y + body.height, body.width, FOOT_ROWS};
        draw_foot(canvas, foot);
    }
    if (body.height <= 0) return;
    if (body.height < each) each = 1;
    int lines = body.height / each;
    uint32_t seen = (uint32_t)(lines * columns);
    if (first + seen > count) first = count > seen ? count - seen : 0;
    for (uint32_t i = 0; i < seen && first + i < count; i++) {
        int column = (int)i / lines;
        struct rect at = {
            .x = body.x + body.width * column / columns,
            .y = body.y + (int)i % lines * each,
            .width = body.width / columns - (column + 1 < columns ? 1 : 0),
            .height = each,
        };
        draw_row(canvas, at, keymap, list[first + i]);
    }
}
