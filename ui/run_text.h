/* Cells as the bytes that a terminal is sent for them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "base/utf8.h"
#include "ui/canvas.h"
#include "ui/theme.h"

enum { RUN_TEXT_SIZE = CANVAS_WIDTH_MAX * UTF8_SIZE_MAX };

/* Writes `count` cells of one row and returns how many bytes they are. What the
 * terminal would lay out differently than the canvas did becomes a "?": every cell
 * behind it would be wrong. */
size_t run_text(
    const struct cell *cells, int count, const struct theme *theme, bool utf8,
    char bytes[RUN_TEXT_SIZE]);

/* Adds a code of the terminal without its padding: nobody has one that needs it. */
void run_text_add_code(struct text *text, const char *code);

/* Adds a move of the cursor as ECMA-48 writes it, from 0. */
void run_text_add_move(struct text *text, int x, int y);
