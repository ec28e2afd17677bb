/* --help: made from the tables of options and commands. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"
#include "commands.h"

enum { HELP_BYTES_MAX = 64 * 1024 };

void help_add_overview(struct buffer *to);
void help_add_command(struct buffer *to, const struct program_command *command);
