/* The commands: found by their names, checked against their rows. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "command_table.h"
#include "invocation.h"

struct program_command {
    command_takes takes;
    int (*run)(const struct invocation *invocation);
    const char *name;
    const char *operands;
    const char *help;
};

extern const struct program_command program_commands[];
extern const unsigned program_command_count;

/* The command whose name stands at the front of `words`, and how many words that are.
 * NULL, with the nearest name in `err`, when there is none. */
const struct program_command *program_command_find(
    const char *const *words, unsigned count, unsigned *used, struct error *err);

/* What the option means to the command. */
const char *program_command_option(
    const struct program_command *command, enum option_id id);

/* Whether the operands are as the row says. */
bool program_command_accepts(
    const struct program_command *command, const struct operands *operands,
    struct error *err);
