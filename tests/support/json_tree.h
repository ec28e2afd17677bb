/* A JSON tree that can be changed: JSON pointers, JSON patches and merge patches, as an
 * API server applies them. For tests alone. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

enum { JSON_TREE_STEP_SIZE = 256 }; /* of one part of a pointer */

/* What stands at "/spec/replicas", or NULL; "~1" is a slash. */
cJSON *tree_at(cJSON *root, const char *pointer);
const char *tree_string(cJSON *root, const char *pointer); /* "" without one */
int tree_int(cJSON *root, const char *pointer, int without);

/* Takes `value`; makes the maps that lead there. */
void tree_set(cJSON *root, const char *pointer, cJSON *value);
void tree_set_string(cJSON *root, const char *pointer, const char *value);
void tree_set_int(cJSON *root, const char *pointer, int value);
void tree_drop(cJSON *root, const char *pointer);

/* RFC 6902 with add, remove, replace, move, copy and test. False, with the tree half
 * changed, when one operation cannot be done. */
bool tree_patch(cJSON *root, const cJSON *operations);

/* RFC 7396; both are maps. */
void tree_merge(cJSON *root, const cJSON *patch);
