/* A grid of cells to draw on: no terminal, no colour, only characters and the role they
 * play. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ui/role.h"

enum { CANVAS_WIDTH_MAX = 512, CANVAS_HEIGHT_MAX = 256 };

struct cell {
    uint32_t rune; /* 0 in the second cell of a wide character */
    uint8_t role;  /* enum role: how the theme paints it */
    uint8_t under; /* role whose background is used instead, or ROLE_NONE */
};

struct rect {
    int x, y, width, height;
};

struct canvas {
    struct cell *cells; /* borrowed; row by row */
    int width, height;
    bool ascii; /* only ASCII may be drawn: boxes, graphs and marks fall back */
};

struct rect canvas_rect(const struct canvas *canvas);
void canvas_clear(struct canvas *canvas); /* blanks in ROLE_TEXT */

/* Everything outside of the canvas is silently left out. */
void canvas_put(struct canvas *canvas, int x, int y, uint32_t rune, enum role role);
void canvas_fill(
    struct canvas *canvas, struct rect rect, uint32_t rune, enum role role);

/* Puts the background of `role` under what is drawn there; ROLE_NONE takes it away. */
void canvas_mark(struct canvas *canvas, struct rect rect, enum role role);

/* Draws at most `width` cells of a trusted or sanitised UTF-8 string and returns how
 * many it took. Text that is cut ends in an ellipsis. */
int canvas_text(
    struct canvas *canvas, int x, int y, int width, const char *string, enum role role);
int canvas_text_right(
    struct canvas *canvas, int x, int y, int width, const char *string, enum role role);

/* Over several rows, cut where a row is full; returns how many rows it took. */
int canvas_wrap(
    struct canvas *canvas, struct rect rect, const char *string, enum role role);

/* Like printf(), at most `rect.width` cells on the first row of `rect`. */
int canvas_print(
    struct canvas *canvas, struct rect rect, enum role role, const char *words, ...)
    __attribute__((format(printf, 4, 5)));

/* The rectangle without `by` cells on each side. */
struct rect rect_inset(struct rect rect, int by);
struct rect rect_intersect(struct rect a, struct rect b);
