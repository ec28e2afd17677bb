/* Where a demo lives: a folder in the runtime folder, its own as long as it holds the
 * lock in it, gone with it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "io/folders.h"

enum {
    DEMO_NAME_SIZE = 16,
    DEMO_PATH_SIZE = FOLDER_PATH_SIZE + 64,
    DEMO_PLACES_MAX = 16
};

struct demo_place {
    char name[DEMO_NAME_SIZE]; /* "demo", "demo-2", ... */
    char folder[FOLDER_PATH_SIZE];
    int lock; /* descriptor of the locked file */
};

/* Takes the first name that no living demo has. What a dead one left is removed. */
bool demo_place_claim(struct demo_place *place, struct error *err);

/* Removes the folder and all in it, unless that was done before: the name may be
 * somebody else's by now. */
bool demo_place_remove(const struct demo_place *place, struct error *err);

/* The path of a file in the folder. */
void demo_place_path(
    const struct demo_place *place, const char *file, char path[DEMO_PATH_SIZE]);
