/* The manifests in deploy/kubernetes. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "support/json_tree.h"
#include "support/kubernetes_peer.h"

enum { MANIFEST_NAME_SIZE = 64, MANIFESTS_MAX = 64 };

struct manifest {
    char file[MANIFEST_NAME_SIZE];
    cJSON *json; /* owned */
};

/* All objects of the folder, by the names of their files; panics when one of them is
 * none. Returns how many there are. */
size_t manifests_read(const char *folder, struct manifest manifests[MANIFESTS_MAX]);
void manifests_clear(struct manifest *manifests, size_t count);

/* The first object of that file; panics when it is not there. */
cJSON *manifest_find(struct manifest *manifests, size_t count, const char *file);

/* The path of all objects of its kind, in the namespace "agent" unless it has none; the
 * kind, or NULL when the server does not know it. */
const struct kubernetes_kind *manifest_path(
    cJSON *json, char path[KUBERNETES_PATH_SIZE]);
