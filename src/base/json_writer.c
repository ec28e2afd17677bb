/* SPDX-License-Identifier: MIT */
#include "base/json_writer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/panic.h"
#include "base/utf8.h"

enum { NUMBER_SIZE = 32 };

/* Past this, a whole number has more digits than anybody wants to read. */
#define WHOLE_MAX 1e15F

struct json_writer json_writer_to(struct buffer *to) {
    return (struct json_writer){.to = to};
}

/* Whatever is written next: a comma in front of it unless it is the first. */
static void before_value(struct json_writer *json) {
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (json->has_item[json->depth]) buffer_add_char(json->to, ',');
    json->has_item[json->depth] = true;
}

static void open_with(struct json_writer *json, char bracket) {
    before_value(json);
    buffer_add_char(json->to, bracket);
    ensure(json->depth + 1 < JSON_WRITER_DEPTH_MAX);
    json->depth++;
    json->has_item[json->depth] = false;
}

static void close_with(struct json_writer *json, char bracket) {
    ensure(json->depth > 0 && !json->after_key);
    json->depth--;
    buffer_add_char(json->to, bracket);
}

void json_object_begin(struct json_writer *json) {
    open_with(json, '{');
}

void json_object_end(struct json_writer *json) {
    close_with(json, '}');
}

void json_array_begin(struct json_writer *json) {
    open_with(json, '[');
}

void json_array_end(struct json_writer *json) {
    close_with(json, ']');
}

static void add_rune(struct buffer *to, uint32_t rune) {
    switch (rune) {
    case '"': buffer_add_string(to, "\\\""); return;
    case '\\': buffer_add_string(to, "\\\\"); return;
    case '\n': buffer_add_string(to, "\\n"); return;
    case '\r': buffer_add_string(to, "\\r"); return;
    case '\t': buffer_add_string(to, "\\t"); return;
    default: break;
    }
    if (rune < 0x20 || rune == 0x7F) {
        buffer_addf(to, "\\u%04x", (unsigned)rune);
        return;
    }
    char bytes[UTF8_SIZE_MAX];
    buffer_add(to, bytes, utf8_put(bytes, rune));
}

static bool is_plain(char c) {
    return c >= ' ' && c < 0x7F && c != '"' && c != '\\';
}

static void add_quoted(struct buffer *to, struct slice value) {
    buffer_add_char(to, '"');
    struct scan scan = scan_of(value);
    while (!scan_done(&scan)) {
        const char *start = scan.at;
        while (scan.at < scan.end && is_plain(*scan.at)) scan.at++;
        buffer_add(to, start, (size_t)(scan.at - start));
        if (scan_done(&scan)) break;
        uint32_t rune = 0;
        add_rune(to, utf8_next(&scan, &rune) ? rune : UTF8_REPLACEMENT);
    }
    buffer_add_char(to, '"');
}

void json_key(struct json_writer *json, const char *key) {
    before_value(json);
    add_quoted(json->to, slice_of(key));
    buffer_add_char(json->to, ':');
    json->after_key = true;
}

void json_string(struct json_writer *json, const char *value) {
    json_slice(json, slice_of(value));
}

void json_slice(struct json_writer *json, struct slice value) {
    before_value(json);
    add_quoted(json->to, value);
}

void json_int(struct json_writer *json, int64_t value) {
    before_value(json);
    buffer_addf(json->to, "%lld", (long long)value);
}

void json_uint(struct json_writer *json, uint64_t value) {
    before_value(json);
    buffer_addf(json->to, "%llu", (unsigned long long)value);
}

/* The shortest of 15 to 17 digits that reads back as the same number. */
static void add_shortest(struct buffer *to, double value) {
    char number[NUMBER_SIZE];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(number, sizeof number, "%.*g", digits, value);
        if (strtod(number, NULL) == value) break;
    }
    buffer_add_string(to, number);
}

void json_double(struct json_writer *json, double value) {
    if (!isfinite(value)) {
        json_null(json);
        return;
    }
    before_value(json);
    add_shortest(json->to, value);
}

/* The shortest of 6 to 9 digits that reads back as the same float. */
static void add_shortest_float(struct buffer *to, float value) {
    char number[NUMBER_SIZE];
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(number, sizeof number, "%.*g", digits, (double)value);
        if (strtof(number, NULL) == value) break;
    }
    buffer_add_string(to, number);
}

void json_float(struct json_writer *json, float value) {
    if (!isfinite(value)) {
        json_null(json);
        return;
    }
    before_value(json);
    bool counts = fabsf(value) < WHOLE_MAX && truncf(value) == value;
    if (counts) {
        buffer_addf(json->to, "%.0f", (double)value);
    } else {
        add_shortest_float(json->to, value);
    }
}

void json_bool(struct json_writer *json, bool value) {
    before_value(json);
    buffer_add_string(json->to, value ? "true" : "false");
}

void json_null(struct json_writer *json) {
    before_value(json);
    buffer_add_string(json->to, "null");
}

void json_raw(struct json_writer *json, struct slice json_text) {
    before_value(json);
    buffer_add(json->to, json_text.data, json_text.length);
}

void json_field_string(struct json_writer *json, const char *key, const char *value) {
    json_key(json, key);
    json_string(json, value);
}

void json_field_slice(struct json_writer *json, const char *key, struct slice value) {
    json_key(json, key);
    json_slice(json, value);
}

void json_field_int(struct json_writer *json, const char *key, int64_t value) {
    json_key(json, key);
    json_int(json, value);
}

void json_field_uint(struct json_writer *json, const char *key, uint64_t value) {
    json_key(json, key);
    json_uint(json, value);
}

void json_field_double(struct json_writer *json, const char *key, double value) {
    json_key(json, key);
    json_double(json, value);
}

void json_field_float(struct json_writer *json, const char *key, float value) {
    json_key(json, key);
    json_float(json, value);
}

void json_field_bool(struct json_writer *json, const char *key, bool value) {
    json_key(json, key);
    json_bool(json, value);
}

void json_field_null(struct json_writer *json, const char *key) {
    json_key(json, key);
    json_null(json);
}
