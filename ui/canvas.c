/* SPDX-License-Identifier: MIT */
#include "ui/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/panic.h"
#include "base/utf8.h"
#include "ui/glyph.h"

enum { PRINT_SIZE = 1024, ELLIPSIS = 0x2026 };

struct rect canvas_rect(const struct canvas *canvas) {
    return (struct rect){.width = canvas->width, .height = canvas->height};
}

static struct cell *cell_at(struct canvas *canvas, int x, int y) {
    return &canvas->cells[(size_t)y * (size_t)canvas->width + (size_t)x];
}

/* Writing over one half of a wide character leaves a blank in the other half. */
static void split_wide(struct canvas *canvas, int x, int y) {
    struct cell *cell = cell_at(canvas, x, y);
    if (cell->rune == 0 && x > 0) cell_at(canvas, x - 1, y)->rune = ' ';
    if (x + 1 < canvas->width && cell_at(canvas, x + 1, y)->rune == 0) {
        cell_at(canvas, x + 1, y)->rune = ' ';
    }
}

static void set_cell(
    struct canvas *canvas, int x, int y, uint32_t rune, enum role role) {
    split_wide(canvas, x, y);
    struct cell *cell = cell_at(canvas, x, y);
    cell->rune = rune;
    cell->role = (uint8_t)role;
    cell->under = ROLE_NONE;
}

/* What nearly every cell holds: ASCII, box drawing, blocks and braille. */
static bool is_plain(uint32_t rune) {
    return (rune >= 0x20 && rune < 0x7F) || (rune >= 0x2500 && rune < 0x25A0) ||
           (rune >= 0x2800 && rune < 0x2900);
}

/* How many cells the rune takes as it is drawn here. */
static int drawn_width(const struct canvas *canvas, uint32_t rune) {
    return canvas->ascii || is_plain(rune) ? 1 : (int)utf8_width(rune);
}

static bool is_invisible(uint32_t rune) {
    return !is_plain(rune) && utf8_width(rune) == 0;
}

void canvas_put(struct canvas *canvas, int x, int y, uint32_t rune, enum role role) {
    ensure(role > ROLE_NONE && role < ROLE_END);
    if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height) return;
    if (rune < 0x20 || (rune >= 0x7F && rune < 0xA0)) rune = UTF8_REPLACEMENT;
    if (canvas->ascii) rune = glyph_ascii(rune);

    int width = drawn_width(canvas, rune);
    if (width == 0) return;
    if (width == 2 && x + 1 >= canvas->width) {
        rune = ' ';
        width = 1;
    }
    set_cell(canvas, x, y, rune, role);
    if (width == 2) {
        set_cell(canvas, x + 1, y, ' ', role);
        cell_at(canvas, x + 1, y)->rune = 0;
        cell_at(canvas, x, y)->rune = rune;
    }
}

/* Only the ends of the rows can cut a wide character in two. */
static void fill_plain(
    struct canvas *canvas, struct rect rect, uint32_t rune, enum role role) {
    struct cell blank = {.rune = rune, .role = (uint8_t)role, .under = ROLE_NONE};
    for (int y = rect.y; y < rect.y + rect.height && rect.width > 0; y++) {
        split_wide(canvas, rect.x, y);
        split_wide(canvas, rect.x + rect.width - 1, y);
        struct cell *cell = cell_at(canvas, rect.x, y);
        for (int x = 0; x < rect.width; x++) cell[x] = blank;
    }
}

void canvas_fill(
    struct canvas *canvas, struct rect rect, uint32_t rune, enum role role) {
    ensure(role > ROLE_NONE && role < ROLE_END);
    rect = rect_intersect(rect, canvas_rect(canvas));
    if (canvas->ascii) rune = glyph_ascii(rune);
    if (is_plain(rune)) {
        fill_plain(canvas, rect, rune, role);
        return;
    }
    for (int y = rect.y; y < rect.y + rect.height; y++) {
        for (int x = rect.x; x < rect.x + rect.width; x++) {
            canvas_put(canvas, x, y, rune, role);
        }
    }
}

void canvas_clear(struct canvas *canvas) {
    canvas_fill(canvas, canvas_rect(canvas), ' ', ROLE_TEXT);
}

void canvas_mark(struct canvas *canvas, struct rect rect, enum role role) {
    rect = rect_intersect(rect, canvas_rect(canvas));
    for (int y = rect.y; y < rect.y + rect.height; y++) {
        for (int x = rect.x; x < rect.x + rect.width; x++) {
            cell_at(canvas, x, y)->under = (uint8_t)role;
        }
    }
}

/* How many characters of one cell each the
 * string begins with, up to one past `most`. */
static int plain_cells(const char *string, int most) {
    int cells = 0;
    while (cells <= most && string[cells] >= 0x20 && string[cells] < 0x7F) cells++;
    return cells;
}

/* Cells of the string as it is drawn here, counted up to one past `most`. */
static int string_cells(const struct canvas *canvas, const char *string, int most) {
    int plain = plain_cells(string, most);
    if (plain > most || string[plain] == '\0') return plain;
    struct scan scan = scan_of(slice_of(string));
    int cells = 0;
    while (!scan_done(&scan) && cells <= most) {
        uint32_t rune = UTF8_REPLACEMENT;
        if (!utf8_next(&scan, &rune)) rune = UTF8_REPLACEMENT;
        if (!is_invisible(rune)) cells += drawn_width(canvas, rune);
    }
    return cells;
}

/* NOLINTNEXTLINE(readability-function-size): a place and a width belong together */
int canvas_text(
    struct canvas *canvas, int x, int y, int width, const char *string,
    enum role role) {
    if (width <= 0) return 0;
    bool cut = string_cells(canvas, string, width) > width;
    int room = cut ? width - 1 : width;
    struct scan scan = scan_of(slice_of(string));
    int used = 0;
    while (!scan_done(&scan)) {
        uint32_t rune = UTF8_REPLACEMENT;
        if (!utf8_next(&scan, &rune)) rune = UTF8_REPLACEMENT;
        if (is_invisible(rune)) continue;
        int cells = drawn_width(canvas, rune);
        if (used + cells > room) break;
        canvas_put(canvas, x + used, y, rune, role);
        used += cells;
    }
    if (cut) {
        canvas_put(canvas, x + used, y, ELLIPSIS, role);
        used++;
    }
    return used;
}

/* NOLINTNEXTLINE(readability-function-size): as above */
int canvas_text_right(
    struct canvas *canvas, int x, int y, int width, const char *string,
    enum role role) {
    if (width <= 0) return 0;
    int cells = string_cells(canvas, string, width);
    int indent = cells < width ? width - cells : 0;
    return canvas_text(canvas, x + indent, y, width - indent, string, role);
}

int canvas_wrap(
    struct canvas *canvas, struct rect rect, const char *string, enum role role) {
    struct scan scan = scan_of(slice_of(string));
    int row = 0;
    int used = 0;
    while (!scan_done(&scan) && row < rect.height) {
        uint32_t rune = UTF8_REPLACEMENT;
        if (!utf8_next(&scan, &rune)) rune = UTF8_REPLACEMENT;
        if (is_invisible(rune)) continue;
        int cells = drawn_width(canvas, rune);
        if (cells > rect.width) break;
        if (used + cells > rect.width) {
            row++;
            used = 0;
            if (row == rect.height) break;
        }
        canvas_put(canvas, rect.x + used, rect.y + row, rune, role);
        used += cells;
    }
    return used > 0 && row < rect.height ? row + 1 : row;
}

int canvas_print(
    struct canvas *canvas, struct rect rect, enum role role, const char *words, ...) {
    if (rect.height <= 0) return 0;
    char line[PRINT_SIZE];
    va_list args;
    va_start(args, words);
    int length = vsnprintf(line, sizeof line, words, args);
    va_end(args);
    if (length < 0) return 0;
    return canvas_text(canvas, rect.x, rect.y, rect.width, line, role);
}

struct rect rect_inset(struct rect rect, int by) {
    struct rect inner = {
        .x = rect.x + by,
        .y = rect.y + by,
        .width = rect.width - 2 * by,
        .height = rect.height - 2 * by,
    };
    if (inner.width < 0) inner.width = 0;
    if (inner.height < 0) inner.height = 0;
    return inner;
}

static int least(int a, int b) {
    return a < b ? a : b;
}

static int most(int a, int b) {
    return a > b ? a : b;
}

struct rect rect_intersect(struct rect a, struct rect b) {
    int left = most(a.x, b.x);
    int top = most(a.y, b.y);
    int right = least(a.x + a.width, b.x + b.width);
    int bottom = least(a.y + a.height, b.y + b.height);
    return (struct rect){
        .x = left,
        .y = top,
        .width = most(right - left, 0),
        .height = most(bottom - top, 0),
    };
}
