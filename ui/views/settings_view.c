/* SPDX-License-Identifier: MIT */
#include "ui/views/settings_view.h"

#include "ui/views/box.h"

enum { BOX_WIDTH = 46, LABEL_WIDTH = 9, FRAME_ROWS = 5 };

static void draw_row(
    struct canvas *canvas, struct rect at, const char *value, enum setting setting) {
    int x = at.x + 2;
    canvas_text(canvas, x, at.y, LABEL_WIDTH, setting_label(setting), ROLE_TEXT);
    x += LABEL_WIDTH;
    int room = at.x + at.width - x;
    canvas_text(canvas, x, at.y, room, value ? value : "n/a", ROLE_STRONG);
}

void settings_view_draw(
    struct canvas *canvas, const struct setting_values *values, enum setting chosen) {
    struct rect size = {.width = BOX_WIDTH, .height = SETTING_COUNT + FRAME_ROWS};
    struct rect inner = box_draw(canvas, size, "settings", "Esc closes");
    struct rect at = {inner.x, inner.y, inner.width, 1};
    for (int i = 0; i < SETTING_COUNT && i < inner.height; i++) {
        draw_row(canvas, at, values->words[i], (enum setting)i);
        if (i == (int)chosen) {
            canvas_put(canvas, at.x, at.y, 0x25B8, ROLE_KEY);
            canvas_mark(canvas, at, ROLE_SELECT);
        }
        at.y++;
    }
    if (inner.height < SETTING_COUNT + 3) return;
    canvas_text(
        canvas, at.x, at.y + 1, at.width, command_help(setting_command(chosen)),
        ROLE_TEXT);
    canvas_text(
        canvas, at.x, at.y + 2, at.width, "Up Down choose   Enter changes", ROLE_DIM);
}
