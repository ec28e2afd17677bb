/* Waits for changes of the files of a folder. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

/* Is to be closed. Changes count from now on. */
int folder_watch_open(const char *path);

/* Until something has changed since the last wait, if it has not already: false when
 * nothing does for so long. -1 is for ever. */
bool folder_watch_wait(int watch, int limit_ms);
