/* Commands by their name: what the typed words could mean. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/command.h"

/* The commands whose name begins with the first word, or else holds it; in the order of
 * the table. Without `acting` only those that look. */
size_t palette_find(const char *words, bool acting, enum command found[COMMAND_COUNT]);

/* What follows the first word, without blanks around it. */
const char *palette_argument(const char *words);
