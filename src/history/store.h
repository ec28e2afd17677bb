/* The history file: its place, its tables, and how to open it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"
#include "io/folders.h"

struct sqlite;

/* history.db in the state folder. */
bool store_path(char path[FOLDER_PATH_SIZE], struct error *err);

/* Opens it, making or migrating it first; to be closed with sqlite_close(). */
struct sqlite *store_open(const char *path, struct error *err);
