/* SPDX-License-Identifier: MIT */
#include "support/picture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "ui/color.h"

/* Cells in tenths of a pixel; the font is 14 px high. */
enum {
    CELL_WIDTH = 84,
    CELL_HEIGHT = 165,
    BASELINE = 130,
    PICTURE_MAX = 8 * 1024 * 1024
};

#define PICTURE_FG 0xD0D4DCU
#define PICTURE_BG 0x101216U

static uint32_t rgb_of(struct display_color color, uint32_t otherwise) {
    switch (color.kind) {
    case DISPLAY_RGB: return color.value;
    case DISPLAY_INDEX: return color_of256((uint8_t)color.value);
    case DISPLAY_DEFAULT: break;
    }
    return otherwise;
}

/* How cells look that share one element. */
struct ink {
    uint32_t fg, bg;
    bool bold, italic, underline;
};

static struct ink ink_of(const struct display_cell *cell) {
    uint32_t fg = rgb_of(cell->fg, PICTURE_FG), bg = rgb_of(cell->bg, PICTURE_BG);
    return (struct ink){
        .fg = cell->reverse ? bg : fg,
        .bg = cell->reverse ? fg : bg,
        .bold = cell->bold,
        .italic = cell->italic,
        .underline = cell->underline,
    };
}

static bool same_ink(const struct ink *a, const struct ink *b) {
    return a->fg == b->fg && a->bg == b->bg && a->bold == b->bold &&
           a->italic == b->italic && a->underline == b->underline;
}

static void add_rune(struct buffer *out, uint32_t rune) {
    char bytes[UTF8_SIZE_MAX];
    switch (rune) {
    case '<': buffer_add_string(out, "&lt;"); return;
    case '&': buffer_add_string(out, "&amp;"); return;
    default: buffer_add(out, bytes, utf8_put(bytes, rune));
    }
}

/* Braille as dots: fonts draw it too wide, too small or not at all. */
static void add_braille(struct buffer *out, uint32_t rune, int x, int y) {
    static const int columns[8] = {0, 0, 0, 1, 1, 1, 0, 1};
    static const int rows[8] = {0, 1, 2, 0, 1, 2, 3, 3};
    for (unsigned bit = 0; bit < 8; bit++) {
        if (!(rune & 1U << bit)) continue;
        int left = x * CELL_WIDTH + 8 + columns[bit] * 42;
        int top = y * CELL_HEIGHT + 8 + rows[bit] * 41;
        buffer_addf(out, "M%.1f %.1fh2.6v2.6h-2.6z", left / 10.0, top / 10.0);
    }
}

static bool is_braille(uint32_t rune) {
    return rune >= 0x2800 && rune <= 0x28FF;
}

struct run {
    int x, y, end;
    struct ink ink;
};

static void add_ground(struct buffer *out, const struct run *run) {
    if (run->ink.bg == PICTURE_BG) return;
    buffer_addf(
        out, "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='#%06x'/>\n",
        run->x * CELL_WIDTH / 10.0, run->y * CELL_HEIGHT / 10.0,
        (run->end - run->x) * CELL_WIDTH / 10.0, CELL_HEIGHT / 10.0, run->ink.bg);
}

static void add_dots(
    struct buffer *out, struct display *display, const struct run *run) {
    bool any = false;
    for (int x = run->x; x < run->end; x++) {
        uint32_t rune = display_cell(display, x, run->y).rune;
        if (!is_braille(rune)) continue;
        if (!any) buffer_addf(out, "<path fill='#%06x' d='", run->ink.fg);
        any = true;
        add_braille(out, rune, x, run->y);
    }
    if (any) buffer_add_string(out, "'/>\n");
}

static bool has_glyph(struct display *display, int x, int y) {
    uint32_t rune = display_cell(display, x, y).rune;
    return rune > ' ' && !is_braille(rune);
}

/* Words without blanks around them: these are not kept where they are. */
static void add_word(
    struct buffer *out, struct display *display, const struct run *run) {
    buffer_addf(
        out, "<text x='%.1f' y='%.1f' textLength='%.1f' fill='#%06x'%s%s%s>",
        run->x * CELL_WIDTH / 10.0, (run->y * CELL_HEIGHT + BASELINE) / 10.0,
        (run->end - run->x) * CELL_WIDTH / 10.0, run->ink.fg,
        run->ink.bold ? " font-weight='bold'" : "",
        run->ink.italic ? " font-style='italic'" : "",
        run->ink.underline ? " text-decoration='underline'" : "");
    for (int x = run->x; x < run->end; x++) {
        uint32_t rune = display_cell(display, x, run->y).rune;
        if (rune != 0) add_rune(out, rune);
    }
    buffer_add_string(out, "</text>\n");
}

static void add_words(
    struct buffer *out, struct display *display, const struct run *run) {
    struct run word = *run;
    for (int x = run->x; x < run->end; x = word.end + 1) {
        word.x = word.end = x;
        while (word.end < run->end && has_glyph(display, word.end, run->y)) word.end++;
        if (word.end > word.x) add_word(out, display, &word);
    }
}

static void add_row(struct buffer *out, struct display *display, int y, int width) {
    struct run run = {.y = y};
    for (run.x = 0; run.x < width; run.x = run.end) {
        struct display_cell first = display_cell(display, run.x, y);
        run.ink = ink_of(&first);
        for (run.end = run.x + 1; run.end < width; run.end++) {
            struct display_cell next = display_cell(display, run.end, y);
            struct ink ink = ink_of(&next);
            if (!same_ink(&ink, &run.ink)) break;
        }
        add_ground(out, &run);
        add_dots(out, display, &run);
        add_words(out, display, &run);
    }
}

void picture_add(struct buffer *out, struct display *display) {
    int width, height;
    display_size(display, &width, &height);
    double w = width * CELL_WIDTH / 10.0, h = height * CELL_HEIGHT / 10.0;
    buffer_addf(
        out,
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='-8 -8 %.1f %.1f' "
        "width='%.0f' height='%.0f' font-family='DejaVu Sans Mono, monospace' "
        "font-size='13.952'>\n<rect x='-8' y='-8' width='%.1f' height='%.1f' rx='6' "
        "fill='#%06x'/>\n",
        w + 16, h + 16, w + 16, h + 16, w + 16, h + 16, PICTURE_BG);
    for (int y = 0; y < height; y++) add_row(out, display, y, width);
    buffer_add_string(out, "</svg>\n");
}

bool picture_save(struct display *display, const char *path, struct error *err) {
    struct buffer picture;
    buffer_init(&picture, PICTURE_MAX);
    picture_add(&picture, display);
    FILE *file = picture.overflow ? NULL : fopen(path, "we");
    bool saved =
        file && fwrite(picture.data, 1, picture.length, file) == picture.length;
    if (file) saved = fclose(file) == 0 && saved;
    buffer_clear(&picture);
    if (saved) return true;
    return error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
}
