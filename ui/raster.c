/* SPDX-License-Identifier: MIT */
#include "ui/raster.h"

#include <string.h>

#include "base/panic.h"

enum { BRAILLE = 0x2800 };

const char *raster_glyphs_name(enum raster_glyphs glyphs) {
    static const char *const names[RASTER_GLYPHS_COUNT] = {"braille", "block", "ascii"};
    ensure((unsigned)glyphs < RASTER_GLYPHS_COUNT);
    return names[glyphs];
}

int raster_columns(enum raster_glyphs glyphs) {
    return glyphs == RASTER_ASCII ? 1 : 2;
}

int raster_rows(enum raster_glyphs glyphs) {
    switch (glyphs) {
    case RASTER_BRAILLE: return 4;
    case RASTER_BLOCK: return 2;
    case RASTER_ASCII: return 3;
    case RASTER_GLYPHS_COUNT: break;
    }
    panic("no such glyphs");
}

void raster_clear(struct raster *raster, enum raster_glyphs glyphs, int height) {
    ensure(height >= 0 && height <= CANVAS_HEIGHT_MAX);
    raster->glyphs = glyphs;
    raster->height = height;
    memset(raster->lower, 0, sizeof *raster->lower * (size_t)height);
    memset(raster->upper, 0, sizeof *raster->upper * (size_t)height);
}

void raster_line(
    struct raster *raster, uint16_t *series, int column, int from, int to) {
    int rows = raster_rows(raster->glyphs);
    int columns = raster_columns(raster->glyphs);
    int bottom = from < to ? from : to;
    int top = from < to ? to : from;
    if (bottom < 0) bottom = 0;
    if (top >= raster->height * rows) top = raster->height * rows - 1;
    for (int dot = bottom; dot <= top; dot++) {
        int from_top = raster->height * rows - 1 - dot;
        int bit = from_top % rows * columns + column;
        series[from_top / rows] |= (uint16_t)(1U << bit);
    }
}

/* Bits run row by row from the upper left; braille counts its dots otherwise. */
static uint32_t braille_rune(unsigned bits) {
    static const uint8_t dots[] = {0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80};
    uint32_t rune = BRAILLE;
    for (unsigned i = 0; i < sizeof dots; i++) {
        if (bits & 1U << i) rune |= dots[i];
    }
    return rune;
}

static uint32_t block_rune(unsigned bits) {
    static const uint32_t runes[] = {
        ' ',    0x2598, 0x259D, 0x2580, 0x2596, 0x258C, 0x259E, 0x259B,
        0x2597, 0x259A, 0x2590, 0x259C, 0x2584, 0x2599, 0x259F, 0x2588,
    };
    return runes[bits & 15U];
}

static uint32_t ascii_rune(unsigned bits) {
    static const char runes[] = {' ', '\'', '-', '|', '.', '|', '|', '|'};
    return (uint32_t)runes[bits & 7U];
}

static uint32_t rune_of(enum raster_glyphs glyphs, unsigned lower, unsigned upper) {
    switch (glyphs) {
    case RASTER_BRAILLE: return braille_rune(lower | upper);
    case RASTER_BLOCK: return block_rune(lower | upper);
    case RASTER_ASCII:
        /* The upper series has its own character: there may be no colour. */
        return upper ? '*' : ascii_rune(lower);
    case RASTER_GLYPHS_COUNT: break;
    }
    panic("no such glyphs");
}

void raster_draw(
    const struct raster *raster, struct canvas *canvas, int x, int y,
    const enum role roles[2]) {
    for (int row = 0; row < raster->height; row++) {
        unsigned lower = raster->lower[row];
        unsigned upper = raster->upper[row];
        if (!lower && !upper) continue;
        uint32_t rune = rune_of(raster->glyphs, lower, upper);
        canvas_put(canvas, x, y + row, rune, upper ? roles[1] : roles[0]);
    }
}
