/* Where the program keeps its files: the XDG base directories, made and checked. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { FOLDER_PATH_SIZE = 512 };

/* $XDG_RUNTIME_DIR/flightdeck, or /tmp/flightdeck-UID without it: sockets. Made with
 * mode 0700; refused when it belongs to somebody else or others may enter. */
bool folder_runtime(char path[FOLDER_PATH_SIZE], struct error *err);

/* $XDG_STATE_HOME/flightdeck, or ~/.local/state/flightdeck: history, recordings and
 * locks. Made in the same way. */
bool folder_state(char path[FOLDER_PATH_SIZE], struct error *err);

/* $XDG_CONFIG_HOME/flightdeck, or ~/.config/flightdeck; not made. */
bool folder_config(char path[FOLDER_PATH_SIZE], struct error *err);

/* Makes one folder below, with mode 0700, and every folder that leads to it. */
bool folder_make(const char *path, struct error *err);

/* Whether the file system of a path takes nothing, whoever writes. */
bool folder_is_read_only(const char *path);

/* Whether a file at that path, which may be there already, can be written to, and has
 * room to grow: some hundred KiB. */
bool folder_takes_file(const char *path);

/* Removes a folder and all that is in it, without following links out of it. True when
 * nothing is left, also when it was not there. */
bool folder_remove(const char *path, struct error *err);
