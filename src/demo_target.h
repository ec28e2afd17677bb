/* Demos that run on this machine: each says in the runtime folder how to reach it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"
#include "io/folders.h"

enum { DEMO_FILE_SIZE = FOLDER_PATH_SIZE + 96 };

/* The target file of the demo with that name; false when none of that name is alive. */
bool demo_target_find(const char *name, char file[DEMO_FILE_SIZE]);

/* The names of all that are alive, separated by blanks. */
void demo_target_list(struct text *names);
