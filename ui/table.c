/* SPDX-License-Identifier: MIT */
#include "ui/table.h"

#include "base/panic.h"

static void draw_titles(
    struct canvas *canvas, const struct table *table, struct rect titles) {
    for (size_t i = 0; i < table->count; i++) {
        struct rect cell = layout_column(titles, table->items, i);
        if (cell.width <= 1) continue;
        const char *title = table->columns[i].title;
        if (table->columns[i].right) {
            canvas_text_right(canvas, cell.x, cell.y, cell.width - 1, title, ROLE_DIM);
        } else {
            canvas_text(canvas, cell.x, cell.y, cell.width - 1, title, ROLE_DIM);
        }
    }
}

struct table table_begin(
    struct canvas *canvas, struct rect rect, const struct table_column *columns,
    size_t count) {
    ensure(count <= TABLE_COLUMNS_MAX);
    struct table table = {.rect = rect, .columns = columns, .count = count};
    bool titled = false;
    for (size_t i = 0; i < count; i++) {
        table.items[i] = (struct layout_item){
            .least = columns[i].width + 1, /* and a blank behind it */
            .weight = columns[i].weight,
            .priority = columns[i].priority,
        };
        if (columns[i].title[0]) titled = true;
    }
    layout_share(table.items, count, rect.width);
    if (titled && rect.height > 1) {
        draw_titles(canvas, &table, rect);
        table.rect.y++;
        table.rect.height--;
    }
    return table;
}

void table_put(
    struct canvas *canvas, const struct table *table, struct table_cell cell) {
    if (cell.row < 0 || cell.row >= table->rect.height) return;
    struct rect at = layout_column(table->rect, table->items, cell.column);
    if (at.width <= 1) return;
    int y = at.y + cell.row;
    if (table->columns[cell.column].right) {
        canvas_text_right(canvas, at.x, y, at.width - 1, cell.words, cell.role);
    } else {
        canvas_text(canvas, at.x, y, at.width - 1, cell.words, cell.role);
    }
}

uint32_t table_first_row(uint32_t count, uint32_t selected, int height) {
    uint32_t visible = height > 0 ? (uint32_t)height : 0;
    if (count <= visible) return 0;
    uint32_t half = visible / 2;
    uint32_t first = selected > half ? selected - half : 0;
    return first > count - visible ? count - visible : first;
}
