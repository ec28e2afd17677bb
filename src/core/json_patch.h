/* Writes a JSON patch: what must be so, and what is to be changed then.
 * https://www.rfc-editor.org/rfc/rfc6902 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "base/json_writer.h"

struct json_patch {
    struct json_writer json; /* the buffer's overflow says that it is incomplete */
    uint32_t tests, changes;
};

/* Begins in an empty buffer; json_patch_end() closes the list. */
struct json_patch json_patch_to(struct buffer *to);
void json_patch_end(struct json_patch *patch);

/* `op` is "test", "add" or "replace"; a path is a JSON pointer, "~1" for a slash. */
void json_patch_string(
    struct json_patch *patch, const char *op, const char *path, const char *value);
void json_patch_int(
    struct json_patch *patch, const char *op, const char *path, int64_t value);
void json_patch_bool(
    struct json_patch *patch, const char *op, const char *path, bool value);
void json_patch_remove(struct json_patch *patch, const char *path);

/* Adds a map, or puts it in the place of what stands there: its fields are written to
 * `json` between the two calls. */
void json_patch_map_begin(struct json_patch *patch, const char *path);
void json_patch_map_end(struct json_patch *patch);

/* A map of one string. */
void json_patch_map(
    struct json_patch *patch, const char *path, const char *key, const char *value);
