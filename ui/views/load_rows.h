/* Rows of a panel: a name and what there is to say of it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

struct load_rows {
    struct canvas *canvas; /* borrowed */
    struct rect rect;      /* the rows that are left */
};

struct load_rows load_rows_in(struct canvas *canvas, struct rect inner);

/* The next row; what does not fit is left out. Returns the room behind the words, empty
 * when there is none. */
struct rect load_rows_put(
    struct load_rows *rows, const char *name, enum role role, const char *words);
