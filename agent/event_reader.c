/* SPDX-License-Identifier: MIT */
#include "agent/event_reader.h"

#include <string.h>

static const char byte_order_mark[] = "\xEF\xBB\xBF";

void event_reader_init(struct event_reader *reader) {
    *reader = (struct event_reader){0};
    buffer_init(&reader->line, EVENT_DATA_MAX);
    buffer_init(&reader->data, EVENT_DATA_MAX);
}

void event_reader_clear(struct event_reader *reader) {
    buffer_clear(&reader->line);
    buffer_clear(&reader->data);
    event_reader_init(reader);
}

static void take_field(struct event_reader *reader, struct slice line) {
    struct scan scan = scan_of(line);
    struct slice field = scan_until(&scan, ':');
    if (!slice_equals(field, "data")) return;
    scan_char(&scan, ' ');
    struct slice value = scan_rest(&scan);
    if (reader->has_data) buffer_add_char(&reader->data, '\n');
    if (!buffer_add(&reader->data, value.data, value.length)) reader->overflow = true;
    reader->has_data = true;
}

static struct slice without_mark(struct slice line) {
    size_t length = strlen(byte_order_mark);
    if (!slice_starts_with(line, byte_order_mark)) return line;
    return (struct slice){.data = line.data + length, .length = line.length - length};
}

/* Whether this line, an empty one, has ended an event. */
static bool end_line(struct event_reader *reader) {
    struct slice line = buffer_slice(&reader->line);
    if (!reader->begun) line = without_mark(line);
    reader->begun = true;
    bool is_empty = line.length == 0;
    if (!is_empty) take_field(reader, line);
    buffer_reset(&reader->line);
    return is_empty && reader->has_data;
}

static bool give(struct event_reader *reader, struct slice *data) {
    if (reader->overflow) return false;
    *data = buffer_slice(&reader->data);
    reader->has_data = false;
    reader->given = true;
    return true;
}

static void forget_given(struct event_reader *reader) {
    if (!reader->given) return;
    buffer_reset(&reader->data);
    reader->given = false;
}

/* A line that is too long is kept up to its limit: to its end nothing of it counts,
 * unless it is one of data. */
static void add_to_line(struct event_reader *reader, struct slice piece) {
    struct buffer *line = &reader->line;
    if (line->overflow || buffer_add(line, piece.data, piece.length)) return;
    buffer_add(line, piece.data, line->limit - line->length);
    struct slice kept = buffer_slice(line);
    if (!reader->begun) kept = without_mark(kept);
    if (slice_starts_with(kept, "data:")) reader->overflow = true;
}

/* Up to the end of the line, which is left. */
static void take_piece(struct event_reader *reader, struct slice *bytes) {
    size_t length = 0;
    while (length < bytes->length && bytes->data[length] != '\n' &&
           bytes->data[length] != '\r') {
        length++;
    }
    add_to_line(reader, (struct slice){.data = bytes->data, .length = length});
    bytes->data += length;
    bytes->length -= length;
    if (length > 0) reader->after_cr = false;
}

bool event_reader_next(
    struct event_reader *reader, struct slice *bytes, struct slice *data) {
    forget_given(reader);
    while (bytes->length > 0) {
        take_piece(reader, bytes);
        if (bytes->length == 0 || reader->overflow) break;
        char c = *bytes->data++;
        bytes->length--;
        bool second = c == '\n' && reader->after_cr;
        reader->after_cr = c == '\r';
        if (!second && end_line(reader)) return give(reader, data);
    }
    return false;
}

bool event_reader_rest(struct event_reader *reader, struct slice *data) {
    forget_given(reader);
    if (reader->line.length > 0) end_line(reader);
    return reader->has_data && give(reader, data);
}
