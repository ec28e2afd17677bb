/* Text into the clipboard of the terminal, wherever that runs: OSC 52. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/scan.h"
#include "ui/terminal.h"

enum { CLIPBOARD_BYTES_MAX = 48 * 1024 }; /* more is refused by many terminals */

/* Adds what is to be sent; false for a terminal that knows no such thing, and for too
 * much text. Whether the terminal allows it, nobody is told. */
bool clipboard_add(struct buffer *to, enum terminal_family family, struct slice text);
