/* SPDX-License-Identifier: MIT */
#include "actions/smoke_book.h"

#include "base/json_writer.h"

static void write_get(
    struct json_writer *json, const char *name, const char *path,
    const char *expectation) {
    if (!path[0]) return;
    json_object_begin(json);
    json_field_string(json, "name", name);
    json_field_string(json, "get", path);
    json_key(json, "expect");
    json_object_begin(json);
    json_field_uint(json, "status", 200);
    json_field_bool(json, expectation, true);
    json_object_end(json);
    json_object_end(json);
}

static void write_chat(struct json_writer *json, const struct target *target) {
    if (!target->paths.chat[0]) return;
    json_object_begin(json);
    json_field_string(json, "name", "Simple chat");
    json_field_string(json, "chat", "What is 2 + 2?");
    json_field_string(json, "timeout", "60s");
    json_key(json, "expect");
    json_object_begin(json);
    json_key(json, "answer");
    json_object_begin(json);
    json_field_string(json, "contains", "4");
    json_object_end(json);
    json_object_end(json);
    json_object_end(json);
}

void smoke_book_write(struct buffer *buffer, const struct target *target) {
    struct json_writer json = json_writer_to(buffer);
    json_object_begin(&json);
    json_field_uint(&json, "version", 1);
    json_key(&json, "checks");
    json_array_begin(&json);
    write_get(&json, "Health check", target->paths.health, "healthy");
    write_chat(&json, target);
    write_get(&json, "Metrics endpoint", target->paths.metrics, "metrics");
    json_array_end(&json);
    json_object_end(&json);
}
