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

/* ncurses takes a description out of the environment,
 * which is put back afterwards: what we start later must not be
 * told about it. Returns what stood there, for withdraw(). */
char *terminal_entry_offer(const struct terminal_entry *entry);
void terminal_entry_withdraw(char *before);
