/* SPDX-License-Identifier: MIT */
#include "ui/views/load_rows.h"

enum { NAME_WIDTH = 11 };

struct load_rows load_rows_in(struct canvas *canvas, struct rect inner) {
    struct rect rect = {inner.x + 1, inner.y, inner.width - 2, inner.height};
    return (struct load_rows){.canvas = canvas, .rect = rect};
}

struct rect load_rows_put(
    struct load_rows *rows, const char *name, enum role role, const char *words) {
    struct rect at = {rows->rect.x, rows->rect.y, rows->rect.width, 1};
    if (rows->rect.height <= 0 || at.width <= NAME_WIDTH) return (struct rect){0};
    rows->rect.y++;
    rows->rect.height--;
    canvas_text(rows->canvas, at.x, at.y, NAME_WIDTH - 1, name, ROLE_TEXT);
    at.x += NAME_WIDTH;
    at.width -= NAME_WIDTH;
    int used = canvas_text(rows->canvas, at.x, at.y, at.width, words, role);
    at.x += used + 2;
    at.width -= used + 2;
    if (at.width < 0) at.width = 0;
    return at;
}
