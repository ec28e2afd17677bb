/* The themes of the folder themes/, built in, so that no file is needed to start. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

enum { THEMES_BUILTIN_COUNT = 3 };

extern const struct themes_builtin {
    const char *name, *text;
} themes_builtin[THEMES_BUILTIN_COUNT];
