/* Screens as text files: what is drawn, and below it what each cell means. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/scan.h"
#include "ui/canvas.h"

struct golden {
    const char *folder; /* where the files are */
    bool update;        /* write them instead of comparing */
};

/* --update-screens or --update-reports among the arguments asks for an update. */
struct golden golden_from_arguments(const char *folder, int argc, char **argv);

/* Fails the test, with the first line that differs,
 * unless the file NAME holds just that. */
void golden_expect_text(
    const struct golden *golden, const char *name, struct slice seen);

/* A canvas of that size; freed with golden_canvas_free(). */
struct canvas golden_canvas(int width, int height, bool ascii);
void golden_canvas_free(struct canvas *canvas);

/* Fails the test, with the first line that differs, unless the file NAME.txt holds just
 * what is drawn. */
void golden_expect(
    const struct golden *golden, const char *name, const struct canvas *canvas);

/* Fails the test when a cell could not stand on a terminal: no role, no character, or
 * more than ASCII where that is all there is. */
void golden_expect_sound(const struct canvas *canvas);

/* One row as a string without trailing blanks. */
void golden_row(const struct canvas *canvas, int y, char *to, int size);
