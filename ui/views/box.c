/* SPDX-License-Identifier: MIT */
#include "ui/views/box.h"

#include "ui/panel.h"

static int least(int a, int b) {
    return a < b ? a : b;
}

struct rect box_draw(
    struct canvas *canvas, struct rect size, const char *title, const char *note) {
    int width = least(size.width, canvas->width);
    int height = least(size.height, canvas->height);
    struct rect rect = {
        .x = (canvas->width - width) / 2,
        .y = (canvas->height - height) / 2,
        .width = width,
        .height = height,
    };
    struct panel_frame frame = {.title = title, .focus = true, .dialog = true};
    panel_add_note(&frame, ROLE_DIM, "%s", note);
    if (height < 3) { /* no room for a frame around anything */
        canvas_fill(canvas, rect, ' ', ROLE_DIALOG);
        return rect;
    }
    struct rect inner = panel_draw(canvas, rect, &frame);
    if (inner.width > 2) {
        inner.x++;
        inner.width -= 2;
    }
    return inner;
}
