/* What is said to the terminal besides pictures:
 * on taking it over, on giving it back. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/terminal.h"
#include "ui/tty.h"

/* The code of that name in the terminal's description; "" for one it does not have. */
typedef const char *(*screen_capability_fn)(const char *name);

/* Fills what is sent by tty_enter() and kept in tty->restore. */
void screen_codes_make(
    const struct terminal *terminal, screen_capability_fn capability, struct tty *tty);
