/* SPDX-License-Identifier: MIT */
#include "ui/views/dialog_page.h"

#include "base/text.h"
#include "base/utf8.h"
#include "ui/wrap.h"

enum { ROW_SIZE = DIALOG_PAGE_MAX * UTF8_SIZE_MAX + 1 };

static void put_row(
    struct dialog_page *page, const char *label, enum role role, const char *words) {
    uint32_t row = page->rows++;
    if (!page->canvas || row < page->first) return;
    int y = (int)(row - page->first);
    if (y >= page->rect.height) return;
    struct rect at = {page->rect.x, page->rect.y + y, page->rect.width, 1};
    int x = at.x - DIALOG_PAGE_LABEL;
    canvas_text(page->canvas, x, at.y, DIALOG_PAGE_LABEL, label, ROLE_DIM);
    canvas_text(page->canvas, at.x, at.y, at.width, words, role);
}

void dialog_page_add(
    struct dialog_page *page, const char *label, enum role role, const char *words) {
    struct scan scan = scan_of(slice_of(words));
    int needs = (int)utf8_string_width(words);
    if (needs > page->widest) page->widest = needs;
    do {
        char row[ROW_SIZE];
        struct text text = TEXT_IN(row);
        text_add_slice(&text, wrap_next(&scan, page->rect.width));
        put_row(page, label, role, row);
        label = "";
    } while (!scan_done(&scan));
}
