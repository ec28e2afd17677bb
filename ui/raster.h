/* Dots finer than cells: braille, quadrant blocks or ASCII, one column of cells at a
 * time. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "ui/canvas.h"

enum raster_glyphs { RASTER_BRAILLE, RASTER_BLOCK, RASTER_ASCII, RASTER_GLYPHS_COUNT };

enum { RASTER_COLUMNS_MAX = 2, RASTER_ROWS_MAX = 4 };

/* "braille" */
const char *raster_glyphs_name(enum raster_glyphs glyphs);

/* Dots per cell. */
int raster_columns(enum raster_glyphs glyphs);
int raster_rows(enum raster_glyphs glyphs);

/* One column of cells; row 0 is at the top. */
struct raster {
    enum raster_glyphs glyphs;
    int height;                        /* cells */
    uint16_t lower[CANVAS_HEIGHT_MAX]; /* bits of dots, of the series below */
    uint16_t upper[CANVAS_HEIGHT_MAX]; /* of the series drawn on top */
};

void raster_clear(struct raster *raster, enum raster_glyphs glyphs, int height);

/* Sets the dots `from` to `to` (either order; 0 at the bottom) of a dot column. */
void raster_line(struct raster *raster, uint16_t *series, int column, int from, int to);

/* Draws the column of cells; cells without a dot are left as they are. */
void raster_draw(
    const struct raster *raster, struct canvas *canvas, int x, int y,
    const enum role roles[2]);
