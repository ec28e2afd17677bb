/* One file of configuration, read once:
 * its values, its place and whether to trust it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/sha256.h"
#include "core/document.h"
#include "io/folders.h"

enum { CONFIG_PATH_SIZE = FOLDER_PATH_SIZE + 64 };

enum config_source {
    CONFIG_USER,    /* $XDG_CONFIG_HOME/flightdeck/config.yaml */
    CONFIG_PROJECT, /* ./flightdeck.yaml: whoever wrote the folder wrote this */
    CONFIG_NAMED,   /* --config or FLIGHTDECK_CONFIG: the operator chose it */
    CONFIG_DEMO,    /* what a running demo says of itself */
};

struct config_layer {
    enum config_source source;
    char path[CONFIG_PATH_SIZE]; /* as it is named in messages */
    char digest[SHA256_HEX_SIZE];
    bool present; /* there is such a file */
    bool trusted;
    struct document *document;
};

/* False when the file is there but cannot be read, is no YAML, or, of CONFIG_USER, may
 * be changed by others. A missing file is not present, except CONFIG_NAMED. */
bool config_layer_read(
    struct config_layer *layer, enum config_source source, const char *path,
    struct error *err);
void config_layer_clear(struct config_layer *layer);

/* The root; NULL without a file and for an empty one. */
const struct node *config_layer_root(const struct config_layer *layer);
