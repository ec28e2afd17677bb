/* What a panel shows, taken out of the screens: for the clipboard and for files. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "ui/scene.h"

enum { EXTRACT_BYTES_MAX = 4 * 1024 * 1024, EXTRACT_NAME_SIZE = 96 };

enum extract_format { EXTRACT_TEXT, EXTRACT_CSV, EXTRACT_JSON };

/* The format that the end of a file's name asks for: .txt, .csv, .json. */
bool extract_format_of(const char *name, enum extract_format *format);

/* Whether it names a file in a folder of ours, and nothing outside of it. */
bool extract_name_is_good(const char *name);

/* A name for the focused panel at the time that is shown:
 * "errors-20261126T142207Z.csv" */
void extract_name(const struct scene *scene, char name[EXTRACT_NAME_SIZE]);

/* The selected row of the focused panel, or all that it shows when it has no rows to
 * select, into an empty buffer; false when there is nothing. */
bool extract_copy(const struct scene *scene, struct buffer *to);

/* All of the focused panel: rows and the values of the window. CSV has room for one
 * table: the values, for a panel that is not a list. */
void extract_panel(
    const struct scene *scene, enum extract_format format, struct buffer *to);
