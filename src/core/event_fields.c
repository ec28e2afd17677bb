/* SPDX-License-Identifier: MIT */
#include "core/event_fields.h"

#include <math.h>
#include <string.h>

#include "base/safe_text.h"
#include "core/event_payload.h"

void event_put_string(struct byte_writer *writer, const char *string, size_t size) {
    size_t length = strnlen(string, size);
    bytes_put_varint(writer, length);
    bytes_put(writer, string, length);
}

static bool is_plain(const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] < ' ' || bytes[i] > '~') return false;
    }
    return true;
}

bool event_get_string(struct byte_reader *reader, char *to, size_t size) {
    uint64_t length = bytes_get_varint(reader);
    if (reader->failed || length >= size) return false;
    const uint8_t *bytes = bytes_get(reader, (size_t)length);
    if (!bytes || memchr(bytes, '\0', (size_t)length)) return false;
    if (is_plain(bytes, (size_t)length)) {
        memcpy(to, bytes, (size_t)length);
        to[length] = '\0';
        return true;
    }
    struct slice slice = {.data = (const char *)bytes, .length = (size_t)length};
    safe_text_copy(to, size, slice);
    return true;
}

bool event_get_time(struct byte_reader *reader, int64_t *wall_ms) {
    *wall_ms = (int64_t)bytes_get_u64(reader);
    return !reader->failed && event_is_time(*wall_ms);
}

bool event_get_bool(struct byte_reader *reader) {
    return bytes_get_u8(reader) != 0;
}

bool event_get_below(struct byte_reader *reader, unsigned limit, uint8_t *value) {
    uint8_t byte = bytes_get_u8(reader);
    if (reader->failed || byte >= limit) return false;
    *value = byte;
    return true;
}

bool event_get_track(struct byte_reader *reader, uint8_t *track) {
    uint8_t byte = bytes_get_u8(reader);
    bool known = byte < TRACK_COUNT || byte == STATE_TRACK_NONE;
    if (reader->failed || !known) return false;
    *track = byte;
    return true;
}

void event_put_measures(struct byte_writer *writer, const float *values, size_t count) {
    for (size_t i = 0; i < count; i++) bytes_put_f32(writer, values[i]);
}

void event_get_measures(struct byte_reader *reader, float *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float value = bytes_get_f32(reader);
        values[i] = isfinite(value) ? value : NAN;
    }
}

void event_put_column(struct byte_writer *writer, const uint16_t counts[HEAT_BUCKETS]) {
    for (unsigned i = 0; i < HEAT_BUCKETS; i++) bytes_put_varint(writer, counts[i]);
}

bool event_get_column(struct byte_reader *reader, uint16_t counts[HEAT_BUCKETS]) {
    for (unsigned i = 0; i < HEAT_BUCKETS; i++) {
        uint64_t count = bytes_get_varint(reader);
        if (count > UINT16_MAX) return false;
        counts[i] = (uint16_t)count;
    }
    return true;
}
