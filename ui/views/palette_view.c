/* SPDX-License-Identifier: MIT */
#include "ui/views/palette_view.h"

#include "base/text.h"
#include "ui/palette.h"
#include "ui/table.h"
#include "ui/views/box.h"
#include "ui/views/run_rows.h"

enum { BOX_WIDTH = 64, ROWS = 10, FRAME_ROWS = 5 };

enum column { COLUMN_CHOICE, COLUMN_NAME, COLUMN_HELP, COLUMN_TAG, COLUMN_KEY };

/* Why a command cannot run from here, if it cannot. */
static const char *tag_of(const struct scene *scene, enum command command) {
    switch (command_danger(command)) {
    case COMMAND_LOOKS:
    case COMMAND_ARMS: return "";
    case COMMAND_RETREATS: return run_rows_any_active(scene->live) ? "" : "BLOCKED";
    case COMMAND_ACTS: return scene_is_armed(scene) ? "" : "ARM";
    }
    return "";
}

static void draw_row(
    struct canvas *canvas, const struct table *table, int y, const struct scene *scene,
    enum command command) {
    const char *tag = tag_of(scene, command);
    const struct table_cell cells[] = {
        {y, COLUMN_NAME, command_name(command), ROLE_STRONG},
        {y, COLUMN_HELP, command_help(command), ROLE_TEXT},
        {y, COLUMN_TAG, tag, ROLE_WARN},
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        table_put(canvas, table, cells[i]);
    }
}

void palette_view_draw(
    struct canvas *canvas, const struct scene *scene, const struct keymap *keymap,
    const struct prompt *prompt, uint32_t chosen) {
    static const struct table_column columns[] = {
        [COLUMN_CHOICE] = {"", 1, 0, 9, false}, [COLUMN_NAME] = {"", 9, 0, 8, false},
        [COLUMN_HELP] = {"", 12, 1, 4, false},  [COLUMN_TAG] = {"", 7, 0, 6, false},
        [COLUMN_KEY] = {"", 9, 0, 5, true},
    };
    enum command found[COMMAND_COUNT];
    uint32_t count =
        (uint32_t)palette_find(prompt->words, !scene->live->read_only, found);
    struct rect size = {.width = BOX_WIDTH, .height = ROWS + FRAME_ROWS};
    char note[32];
    struct text text = TEXT_IN(note);
    text_addf(&text, "%u of %d", count, COMMAND_COUNT);
    struct rect inner = box_draw(canvas, size, "command", note);
    canvas_put(canvas, inner.x, inner.y, ':', ROLE_KEY);
    prompt_draw(
        canvas, (struct rect){inner.x + 1, inner.y, inner.width - 1, 1}, prompt,
        ROLE_STRONG);

    struct rect list = {inner.x, inner.y + 1, inner.width, inner.height - 2};
    struct table table =
        table_begin(canvas, list, columns, sizeof columns / sizeof *columns);
    if (chosen >= count) chosen = count > 0 ? count - 1 : 0;
    uint32_t first = table_first_row(count, chosen, list.height);
    for (int y = 0; y < list.height && first + (uint32_t)y < count; y++) {
        uint32_t index = first + (uint32_t)y;
        draw_row(canvas, &table, y, scene, found[index]);
        char key[32];
        text = TEXT_IN(key);
        keymap_add_key(keymap, found[index], &text);
        table_put(canvas, &table, (struct table_cell){y, COLUMN_KEY, key, ROLE_KEY});
        if (index != chosen) continue;
        table_put(canvas, &table, (struct table_cell){y, COLUMN_CHOICE, "▸", ROLE_KEY});
        canvas_mark(
            canvas, (struct rect){list.x, list.y + y, list.width, 1}, ROLE_SELECT);
    }
    if (inner.height < 3) return;
    canvas_text(
        canvas, inner.x, inner.y + inner.height - 1, inner.width,
        "Tab completes   Up Down choose   Enter looks   keys act", ROLE_DIM);
}
