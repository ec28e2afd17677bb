/* From the words of a command line to the command that they ask for. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "commands.h"

/* What the words ask for, checked: command, options, variables, operands, format. */
bool dispatch_read(
    int argc, char *const *argv, struct invocation *invocation,
    const struct program_command **command, struct error *err);

/* Reads and runs; returns the exit code. */
int dispatch(int argc, char *const *argv);
