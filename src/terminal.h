/* Whether there is a terminal that a cockpit can be drawn on. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* False, with what to run instead in `err`, when stdin or stdout is no terminal or TERM
 * says that it cannot be drawn on. */
bool terminal_usable(struct error *err);
