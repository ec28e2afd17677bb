/* Our own descriptions of terminals with 24-bit colours: distributions rarely ship any,
 * and what we need is small. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/terminal.h"

/* What TERMINFO has to be, and the name to ask for. */
struct terminal_entry {
    const char *terminfo;
    const char *name;
};

struct terminal_entry terminal_entry(enum terminal_family family);
