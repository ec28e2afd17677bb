/* A program for a display: takes the terminal over,
 * draws, and ends in the way that a key asks for. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/restore.h"

/* Keys: q quits, f draws noise without end, z suspends,
 * s SEGV, a abort, o overflows the stack, p panics,
 * h hangs without ever looking at a signal. Returns the exit code. */
int painter_run(struct restore *restore);
