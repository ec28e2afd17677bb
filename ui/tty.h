/* The terminal's line: own descriptors, its modes, its size, and what is said to it
 * when it is taken over and given back. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "ui/outlet.h"
#include "ui/restore.h"

enum { TTY_CODES_MAX = 256 };

/* Descriptors 0 to 2 are left alone: others share them and their modes. */
struct tty {
    int input_fd, output_fd; /* /dev/tty, non-blocking; -1 while closed */
    struct restore *restore; /* borrowed; its bytes are the caller's to fill */
    struct outlet outlet;
    char enter[TTY_CODES_MAX]; /* what is sent on taking over */
    size_t enter_length;
};

void tty_init(struct tty *tty, struct restore *restore);

/* ERROR_USAGE when the process has no terminal. */
bool tty_open(struct tty *tty, struct error *err);
void tty_close(struct tty *tty); /* gives it back first */

/* Takes the terminal over, also again: from now on a crash gives it back. */
void tty_enter(struct tty *tty);

/* Gives it back; what was still on its way is thrown away. */
void tty_leave(struct tty *tty);

/* Columns and rows, 80x24 when nobody knows. */
void tty_size(const struct tty *tty, int *width, int *height);
