/* Scenario files beside the configuration,
 * which the screens offer: scenarios/NAME.yaml. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "config.h"
#include "core/document.h"
#include "core/state.h"
#include "probes/proc_file.h"

enum {
    LOAD_FILES_MAX = 16, /* later ones, by name, are not offered */
    LOAD_FOLDERS_MAX = 2,
    LOAD_FOLDER_SIZE = CONFIG_PATH_SIZE + 16,
};

/* Where they may lie; of two with one name the first folder's counts. */
struct load_folders {
    unsigned count;
    char paths[LOAD_FOLDERS_MAX][LOAD_FOLDER_SIZE];
};

struct load_file {
    char name[STATE_NAME_SIZE]; /* "checkout.yaml"; safe to show */
    char path[LOAD_FOLDER_SIZE + STATE_NAME_SIZE];
    struct proc_mark mark; /* which tells it from what it becomes */
};

struct load_files {
    unsigned count;
    struct load_file items[LOAD_FILES_MAX]; /* by name */
};

/* Beside the file that was named or is in this folder,
 * and beside the operator's own. */
void load_folders_of(const struct config *config, struct load_folders *folders);

void load_files_find(struct load_files *files, const struct load_folders *folders);
bool load_files_equal(const struct load_files *a, const struct load_files *b);

/* NULL, with file:line:column, for what is no YAML;
 * nothing but a regular file is read. */
struct document *load_file_read(const struct load_file *file, struct error *err);
