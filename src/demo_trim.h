/* Keeps the log of a part from growing for as long as its demo runs. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "base/error.h"

enum { DEMO_LOG_MAX = 1024 * 1024, DEMO_LOG_KEPT = DEMO_LOG_MAX / 2 };

/* Cuts a file of more than DEMO_LOG_MAX bytes down to its last whole lines,
 * DEMO_LOG_KEPT bytes at most. Whoever writes to it has to append; what is written in
 * that very moment may be lost. A file that is not there is short enough. */
bool demo_trim(const char *path, struct error *err);
