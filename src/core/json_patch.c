/* SPDX-License-Identifier: MIT */
#include "core/json_patch.h"

#include <string.h>

struct json_patch json_patch_to(struct buffer *to) {
    struct json_patch patch = {.json = json_writer_to(to)};
    json_array_begin(&patch.json);
    return patch;
}

void json_patch_end(struct json_patch *patch) {
    json_array_end(&patch->json);
}

static void begin(struct json_patch *patch, const char *op, const char *path) {
    bool test = strcmp(op, "test") == 0;
    patch->tests += test;
    patch->changes += !test;
    json_object_begin(&patch->json);
    json_field_string(&patch->json, "op", op);
    json_field_string(&patch->json, "path", path);
}

void json_patch_string(
    struct json_patch *patch, const char *op, const char *path, const char *value) {
    begin(patch, op, path);
    json_field_string(&patch->json, "value", value);
    json_object_end(&patch->json);
}

void json_patch_int(
    struct json_patch *patch, const char *op, const char *path, int64_t value) {
    begin(patch, op, path);
    json_field_int(&patch->json, "value", value);
    json_object_end(&patch->json);
}

void json_patch_bool(
    struct json_patch *patch, const char *op, const char *path, bool value) {
    begin(patch, op, path);
    json_field_bool(&patch->json, "value", value);
    json_object_end(&patch->json);
}

void json_patch_remove(struct json_patch *patch, const char *path) {
    begin(patch, "remove", path);
    json_object_end(&patch->json);
}

void json_patch_map_begin(struct json_patch *patch, const char *path) {
    begin(patch, "add", path);
    json_key(&patch->json, "value");
    json_object_begin(&patch->json);
}

void json_patch_map_end(struct json_patch *patch) {
    json_object_end(&patch->json);
    json_object_end(&patch->json);
}

void json_patch_map(
    struct json_patch *patch, const char *path, const char *key, const char *value) {
    json_patch_map_begin(patch, path);
    json_field_string(&patch->json, key, value);
    json_patch_map_end(patch);
}
