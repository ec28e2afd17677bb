/* The cockpit's screens over an invented service that never rests: a program for a
 * display, without network. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ui/restore.h"

struct player_options {
    struct restore *restore;
    const char *theme, *color; /* NULL for none */
    uint32_t past_s;           /* how much has been seen when it starts */
};

/* Until q or a signal; returns the exit code and prints what asked for it. */
int player_run(const struct player_options *options);
