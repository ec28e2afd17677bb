/* --help: made from the tables of options and commands. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "commands.h"

enum { HELP_BYTES_MAX = 64 * 1024 };

void help_add_overview(struct buffer *to);
/* The commands that begin with this word, as "config check"; false when none does. */
bool help_has_family(const char *first);
bool help_add_family(struct buffer *to, const char *first);
void help_add_command(struct buffer *to, const struct program_command *command);
