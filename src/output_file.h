/* Files that are written whole or not at all. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/scan.h"

/* All bytes; a reader that has gone away is taken for one that has read enough. */
bool output_write_all(int descriptor, struct slice bytes, struct error *err);

/* Whoever reads `path` sees the old file or all of the new one.
 * Without `replace`, a file that is there already is an error
 * (ERROR_CONFLICT) and stays. A pipe or a device is written to as it is. */
bool output_file_write(
    const char *path, struct slice bytes, bool replace, struct error *err);

/* For what is written piece by piece: the file is there at once, and empty. -1 with
 * `err` set when it cannot be. */
int output_file_open(const char *path, struct error *err);

/* Whether `path` can be replaced, tried before there is anything to write. */
bool output_file_check(const char *path, struct error *err);
