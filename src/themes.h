/* Finds themes by name: in the user's folder,
 * the system's, and those that are built in. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "ui/theme.h"
#include "ui/theme_reader.h"

enum { THEMES_LISTED_MAX = 64, THEMES_SOURCE_SIZE = 256 };

/* Reads a theme and those below it. A name with a slash is a file, and
 * one with a dot, or of a file, where no theme has it. What could not be
 * used is in `warnings`; false only when there is no such theme. */
bool themes_load(
    const char *name, struct theme *theme, struct theme_warnings *warnings,
    struct error *err);

struct themes_listed {
    char name[THEME_NAME_SIZE];
    char source[THEMES_SOURCE_SIZE]; /* its file, or "built in" */
};

/* Every theme that can be named, sorted; returns how many. */
size_t themes_list(struct themes_listed listed[THEMES_LISTED_MAX]);

/* The built-in theme after `name`, around and around. */
const char *themes_next(const char *name);
