/* What a dialog says, row by row: counted once, then drawn. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "ui/canvas.h"

enum {
    DIALOG_PAGE_LABEL = 9, /* cells in front of the words */
    DIALOG_PAGE_MAX = 96,  /* cells at most, words and label */
};

struct dialog_page {
    struct canvas *canvas; /* NULL: only counted */
    struct rect rect;      /* where the words go; its width counts, too */
    uint32_t first;        /* the row at its top */
    uint32_t rows;         /* so far */
    int widest;            /* cells of the longest words */
};

/* Everything that is said can be read: what is too long goes on in the next row. */
void dialog_page_add(
    struct dialog_page *page, const char *label, enum role role, const char *words);
