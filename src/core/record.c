/* SPDX-License-Identifier: MIT */
#include "core/record.h"

#include <math.h>
#include <string.h>

#include "base/panic.h"
#include "core/histogram.h"

enum { BYTE_BITS = 8 };

/* Counts */

static uint64_t load_count(const void *from, size_t size) {
    switch (size) {
    case sizeof(uint8_t): return *(const uint8_t *)from;
    case sizeof(uint16_t): return *(const uint16_t *)from;
    case sizeof(uint32_t): return *(const uint32_t *)from;
    case sizeof(uint64_t): return *(const uint64_t *)from;
    default: panic("record: a count of %zu bytes", size);
    }
}

static void store_count(void *to, size_t size, uint64_t value) {
    switch (size) {
    case sizeof(uint8_t): *(uint8_t *)to = (uint8_t)value; return;
    case sizeof(uint16_t): *(uint16_t *)to = (uint16_t)value; return;
    case sizeof(uint32_t): *(uint32_t *)to = (uint32_t)value; return;
    case sizeof(uint64_t): *(uint64_t *)to = value; return;
    default: panic("record: a count of %zu bytes", size);
    }
}

static bool get_count(
    const struct record_field *field, void *to, struct byte_reader *reader) {
    uint64_t most = field->is_flag ? 1 : field->most;
    if (most == 0) most = UINT64_MAX >> (BYTE_BITS * (sizeof most - field->size));
    uint64_t value = bytes_get_varint(reader);
    if (reader->failed || value > most) return false;
    store_count(to, field->size, value);
    return true;
}

static bool get_real(void *to, struct byte_reader *reader) {
    double value = bytes_get_f64(reader);
    if (reader->failed || !isfinite(value)) return false;
    *(double *)to = value;
    return true;
}

/* Text */

static void put_text(const char *from, size_t size, struct byte_writer *writer) {
    size_t length = strnlen(from, size);
    if (length == size) {
        writer->overflow = true;
        return;
    }
    bytes_put_varint(writer, length);
    bytes_put(writer, from, length);
}

static bool get_text(char *to, size_t size, struct byte_reader *reader) {
    uint64_t length = bytes_get_varint(reader);
    if (reader->failed || length >= size) return false;
    const uint8_t *bytes = bytes_get(reader, (size_t)length);
    if (!bytes || memchr(bytes, '\0', (size_t)length)) return false;
    memcpy(to, bytes, (size_t)length);
    to[length] = '\0';
    return true;
}

/* Many counts: how many follow, then for each the zeros before it and its value. */

static void put_counts(
    const uint64_t *counts, size_t count, struct byte_writer *writer) {
    uint64_t used = 0;
    for (size_t i = 0; i < count; i++) used += counts[i] != 0;
    bytes_put_varint(writer, used);
    size_t next = 0;
    for (size_t i = 0; i < count; i++) {
        if (counts[i] == 0) continue;
        bytes_put_varint(writer, i - next);
        bytes_put_varint(writer, counts[i]);
        next = i + 1;
    }
}

static bool get_counts(uint64_t *counts, size_t count, struct byte_reader *reader) {
    memset(counts, 0, count * sizeof *counts);
    uint64_t used = bytes_get_varint(reader);
    size_t next = 0;
    for (uint64_t i = 0; i < used; i++) {
        uint64_t skipped = bytes_get_varint(reader);
        uint64_t value = bytes_get_varint(reader);
        if (reader->failed || skipped >= count - next || value == 0) return false;
        next += (size_t)skipped;
        counts[next++] = value;
        if (next == count && i + 1 < used) return false;
    }
    return !reader->failed;
}

/* A histogram: its length, 0 for an empty one, and its own encoding. */

static void put_histogram(
    const struct histogram *histogram, struct byte_writer *writer) {
    if (histogram->count == 0 || writer->overflow) {
        bytes_put_u32(writer, 0);
        return;
    }
    struct byte_writer length = *writer;
    bytes_put_u32(writer, 0); /* known below */
    if (writer->overflow) return;
    size_t room = writer->size - writer->length;
    size_t used = histogram_encode(histogram, writer->data + writer->length, room);
    if (used == 0) writer->overflow = true;
    bytes_put_u32(&length, (uint32_t)used);
    writer->length += used;
}

static bool get_histogram(struct histogram *to, struct byte_reader *reader) {
    uint32_t length = bytes_get_u32(reader);
    if (reader->failed) return false;
    if (length == 0) {
        /* Most are empty for ever: their memory stays untouched. */
        if (to->count > 0) histogram_init(to);
        return true;
    }
    const uint8_t *bytes = bytes_get(reader, length);
    struct error ignored = {0};
    return bytes && histogram_decode(to, bytes, length, &ignored) && to->count > 0;
}

/* Structs. As deep as the tables are, which are constant: what is read cannot make it
 * deeper. */

/* NOLINTBEGIN(misc-no-recursion) */

static size_t list_room(const struct record_field *field) {
    return field->size / field->of->size;
}

static void put_list(
    const struct record_field *field, const char *from, struct byte_writer *writer) {
    uint32_t count = *(const uint32_t *)(const void *)(from + field->count_offset);
    if (count > list_room(field)) {
        writer->overflow = true;
        return;
    }
    bytes_put_varint(writer, count);
    for (uint32_t i = 0; i < count; i++) {
        record_put(field->of, from + field->offset + i * field->of->size, writer);
    }
}

static bool get_list(
    const struct record_field *field, char *to, struct byte_reader *reader) {
    uint64_t count = bytes_get_varint(reader);
    if (reader->failed || count > list_room(field)) return false;
    *(uint32_t *)(void *)(to + field->count_offset) = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        if (!record_get(field->of, to + field->offset + i * field->of->size, reader)) {
            return false;
        }
    }
    return true;
}

static void put_field(
    const struct record_field *field, const char *from, struct byte_writer *writer) {
    const void *member = from + field->offset;
    switch (field->kind) {
    case RECORD_COUNT: bytes_put_varint(writer, load_count(member, field->size)); break;
    case RECORD_REAL: bytes_put_f64(writer, *(const double *)member); break;
    case RECORD_TEXT: put_text(member, field->size, writer); break;
    case RECORD_COUNTS:
        put_counts(member, field->size / sizeof(uint64_t), writer);
        break;
    case RECORD_HISTOGRAM: put_histogram(member, writer); break;
    case RECORD_STRUCT: record_put(field->of, member, writer); break;
    case RECORD_LIST: put_list(field, from, writer); break;
    }
}

static bool get_field(
    const struct record_field *field, char *to, struct byte_reader *reader) {
    void *member = to + field->offset;
    switch (field->kind) {
    case RECORD_COUNT: return get_count(field, member, reader);
    case RECORD_REAL: return get_real(member, reader);
    case RECORD_TEXT: return get_text(member, field->size, reader);
    case RECORD_COUNTS:
        return get_counts(member, field->size / sizeof(uint64_t), reader);
    case RECORD_HISTOGRAM: return get_histogram(member, reader);
    case RECORD_STRUCT: return record_get(field->of, member, reader);
    case RECORD_LIST: return get_list(field, to, reader);
    }
    return false;
}

void record_put(
    const struct record *record, const void *from, struct byte_writer *writer) {
    for (size_t i = 0; i < record->field_count; i++) {
        put_field(&record->fields[i], from, writer);
    }
}

bool record_get(const struct record *record, void *to, struct byte_reader *reader) {
    for (size_t i = 0; i < record->field_count; i++) {
        if (!get_field(&record->fields[i], to, reader)) return false;
    }
    return true;
}

/* NOLINTEND(misc-no-recursion) */
