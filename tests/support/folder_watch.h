/* Waits for changes of the files of a folder. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Is to be closed. Changes count from now on. */
int folder_watch_open(const char *path);

/* Until something has changed since the last wait, if it has not already. Panics when
 * nothing does for a minute. */
void folder_watch_wait(int watch);
