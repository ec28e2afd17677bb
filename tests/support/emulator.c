/* SPDX-License-Identifier: MIT */
#include "support/emulator.h"

#include <stdlib.h>

#include <vterm.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/utf8.h"

enum { EMULATOR_TEXT_MAX = 4 * 1024 * 1024 };

struct emulator {
    int width, height;
    VTerm *vterm;
    VTermScreen *screen;
    struct dec_modes modes;
    struct buffer text;
    struct buffer unread; /* the beginning of a character */
    uint64_t bytes;
};

struct emulator *emulator_new(
    int width, int height, emulator_answer_fn on_answer, void *owner) {
    struct emulator *emulator = memory_new(sizeof *emulator);
    emulator->width = width;
    emulator->height = height;
    buffer_init(&emulator->text, EMULATOR_TEXT_MAX);
    buffer_init(&emulator->unread, EMULATOR_TEXT_MAX);
    emulator->vterm = vterm_new(height, width);
    vterm_set_utf8(emulator->vterm, 1);
    vterm_output_set_callback(emulator->vterm, on_answer, owner);
    emulator->screen = vterm_obtain_screen(emulator->vterm);
    vterm_screen_enable_altscreen(emulator->screen, 1);
    vterm_screen_reset(emulator->screen, 1);
    return emulator;
}

void emulator_free(struct emulator *emulator) {
    if (!emulator) return;
    vterm_free(emulator->vterm);
    buffer_clear(&emulator->text);
    buffer_clear(&emulator->unread);
    free(emulator);
}

/* How many bytes at the end are the beginning of a character. */
static size_t begun_bytes(const char *bytes, size_t length) {
    for (size_t back = 1; back <= 3 && back <= length; back++) {
        unsigned char byte = (unsigned char)bytes[length - back];
        if ((byte & 0xC0) == 0x80) continue;
        size_t whole = 1;
        if (byte >= 0xC0) whole = 2;
        if (byte >= 0xE0) whole = 3;
        if (byte >= 0xF0) whole = 4;
        return whole > back ? back : 0;
    }
    return 0;
}

/* libvterm gets whole characters: it forgets the beginning of one. */
void emulator_feed(struct emulator *emulator, const char *bytes, size_t length) {
    emulator->bytes += length;
    dec_modes_feed(&emulator->modes, bytes, length);
    buffer_add(&emulator->unread, bytes, length);
    struct slice all = buffer_slice(&emulator->unread);
    size_t whole = all.length - begun_bytes(all.data, all.length);
    vterm_input_write(emulator->vterm, all.data, whole);
    buffer_consume(&emulator->unread, whole);
}

void emulator_resize(struct emulator *emulator, int width, int height) {
    emulator->width = width;
    emulator->height = height;
    vterm_set_size(emulator->vterm, height, width);
}

void emulator_size(const struct emulator *emulator, int *width, int *height) {
    *width = emulator->width;
    *height = emulator->height;
}

static struct display_color color_of(VTermColor color) {
    if (VTERM_COLOR_IS_DEFAULT_FG(&color) || VTERM_COLOR_IS_DEFAULT_BG(&color)) {
        return (struct display_color){DISPLAY_DEFAULT, 0};
    }
    if (VTERM_COLOR_IS_INDEXED(&color)) {
        return (struct display_color){DISPLAY_INDEX, color.indexed.idx};
    }
    uint32_t rgb =
        (uint32_t)color.rgb.red << 16 | (uint32_t)color.rgb.green << 8 | color.rgb.blue;
    return (struct display_color){DISPLAY_RGB, rgb};
}

struct display_cell emulator_cell(const struct emulator *emulator, int x, int y) {
    VTermScreenCell cell;
    VTermPos place = {.row = y, .col = x};
    if (!vterm_screen_get_cell(emulator->screen, place, &cell)) {
        return (struct display_cell){.rune = ' '};
    }
    uint32_t rune = cell.chars[0] == 0 ? ' ' : cell.chars[0];
    if (rune == UINT32_MAX) rune = 0; /* behind a wide character */
    return (struct display_cell){
        .rune = rune,
        .fg = color_of(cell.fg),
        .bg = color_of(cell.bg),
        .bold = cell.attrs.bold,
        .italic = cell.attrs.italic,
        .underline = cell.attrs.underline != 0,
        .reverse = cell.attrs.reverse,
    };
}

static void add_row(struct emulator *emulator, int y) {
    struct buffer *text = &emulator->text;
    size_t end = text->length;
    for (int x = 0; x < emulator->width; x++) {
        uint32_t rune = emulator_cell(emulator, x, y).rune;
        if (rune == 0) continue;
        char bytes[UTF8_SIZE_MAX];
        buffer_add(text, bytes, utf8_put(bytes, rune));
        if (rune != ' ') end = text->length;
    }
    text->length = end;
    buffer_add_char(text, '\n');
}

const char *emulator_text(struct emulator *emulator) {
    buffer_reset(&emulator->text);
    for (int y = 0; y < emulator->height; y++) add_row(emulator, y);
    return buffer_string(&emulator->text);
}

uint64_t emulator_bytes(const struct emulator *emulator) {
    return emulator->bytes;
}

const struct dec_modes *emulator_modes(const struct emulator *emulator) {
    return &emulator->modes;
}
