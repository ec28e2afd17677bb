/* Writes JSON into a buffer, one call per token;
 * commas and escapes are its business. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/scan.h"

enum { JSON_WRITER_DEPTH_MAX = 48 }; /* more than any document has */

struct json_writer {
    struct buffer *to; /* borrowed; its overflow flag says: the text is incomplete */
    uint32_t depth;
    bool has_item[JSON_WRITER_DEPTH_MAX]; /* a comma is due before the next one */
    bool after_key;
};

struct json_writer json_writer_to(struct buffer *to);

void json_object_begin(struct json_writer *json);
void json_object_end(struct json_writer *json);
void json_array_begin(struct json_writer *json);
void json_array_end(struct json_writer *json);
void json_key(struct json_writer *json, const char *key);

/* Malformed UTF-8 becomes U+FFFD, so that the result is always valid JSON. */
void json_string(struct json_writer *json, const char *value);
void json_slice(struct json_writer *json, struct slice value);
void json_int(struct json_writer *json, int64_t value);
void json_uint(struct json_writer *json, uint64_t value);
/* The shortest text that reads back as the same double or float, so that a measured 0.1
 * is 0.1; null for NaN and infinity. */
void json_double(struct json_writer *json, double value);
void json_float(struct json_writer *json, float value);
void json_bool(struct json_writer *json, bool value);
void json_null(struct json_writer *json);
void json_raw(struct json_writer *json, struct slice json_text); /* trusted, as it is */

/* A key and its value. */
void json_field_string(struct json_writer *json, const char *key, const char *value);
void json_field_slice(struct json_writer *json, const char *key, struct slice value);
void json_field_int(struct json_writer *json, const char *key, int64_t value);
void json_field_uint(struct json_writer *json, const char *key, uint64_t value);
void json_field_double(struct json_writer *json, const char *key, double value);
void json_field_float(struct json_writer *json, const char *key, float value);
void json_field_bool(struct json_writer *json, const char *key, bool value);
void json_field_null(struct json_writer *json, const char *key);
