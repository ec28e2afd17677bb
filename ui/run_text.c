/* SPDX-License-Identifier: MIT */
#include "ui/run_text.h"

#include <string.h>
#include <wchar.h>

#include "base/panic.h"

enum { IDEOGRAPHIC_SPACE = 0x3000, TEN = 10 };

static uint32_t shown_rune(
    const struct theme *theme, bool utf8, uint32_t rune, int width) {
    rune = theme_rune(theme, rune);
    if (rune >= 0x20 && rune < 0x7F) return rune;
    if (!utf8) return '?';
    if (wcwidth((wchar_t)rune) == width) return rune;
    return width == 1 ? '?' : IDEOGRAPHIC_SPACE;
}

size_t run_text(
    const struct cell *cells, int count, const struct theme *theme, bool utf8,
    char bytes[RUN_TEXT_SIZE]) {
    ensure(count <= CANVAS_WIDTH_MAX);
    size_t length = 0;
    for (int x = 0; x < count; x++) {
        if (cells[x].rune == 0) continue;
        int width = x + 1 < count && cells[x + 1].rune == 0 ? 2 : 1;
        uint32_t rune = shown_rune(theme, utf8, cells[x].rune, width);
        length += utf8_put(bytes + length, rune);
    }
    return length;
}

void run_text_add_code(struct text *text, const char *code) {
    while (code && *code) {
        const char *end = code[0] == '$' && code[1] == '<' ? strchr(code, '>') : NULL;
        if (end) {
            code = end + 1;
        } else {
            text_add_char(text, *code++);
        }
    }
}

/* printf() took longer for a move than what is drawn there. */
static void add_number(struct text *text, int number) {
    char digits[16];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % TEN);
        number /= TEN;
    } while (number > 0);
    text_add_slice(text, (struct slice){digits + at, sizeof digits - at});
}

void run_text_add_move(struct text *text, int x, int y) {
    text_add(text, "\033[");
    add_number(text, y + 1);
    text_add_char(text, ';');
    add_number(text, x + 1);
    text_add_char(text, 'H');
}
