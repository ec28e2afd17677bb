/* What a command of a script finds in its environment. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "batch.h"
#include "options.h"

struct batch_environment {
    size_t count;
    const char **items; /* NULL at the end */
    char *owned[OPTION_COUNT];
    size_t owned_count;
};

/* Ours, and what the script and its call have set for the command. */
void batch_environment_init(
    struct batch_environment *environment, const struct batch_options *batch,
    const struct script_command *command);
void batch_environment_clear(struct batch_environment *environment);
