/* SPDX-License-Identifier: MIT */
#include "core/sse.h"

#include <string.h>

#include "base/text.h"

static const char byte_order_mark[] = "\xEF\xBB\xBF";

/* A NUL would end what is kept in the middle. */
static void keep(struct sse_reader *reader, char c) {
    if (reader->line_length == sizeof reader->line) return;
    reader->line[reader->line_length++] = c ? c : '?';
}

static void add_data(struct sse_reader *reader, struct slice value) {
    size_t used = strlen(reader->event.data);
    struct text text =
        text_in(reader->event.data + used, sizeof reader->event.data - used);
    if (reader->has_data) text_add_char(&text, '\n');
    text_add_slice(&text, value);
    reader->has_data = true;
}

static void take_field(struct sse_reader *reader, struct slice line) {
    struct scan scan = scan_of(line);
    struct slice field = scan_until(&scan, ':');
    scan_char(&scan, ' ');
    struct slice value = scan_rest(&scan);
    if (slice_equals(field, "data")) {
        add_data(reader, value);
    } else if (slice_equals(field, "event")) {
        struct text text = TEXT_IN(reader->event.name);
        text_add_slice(&text, value);
    }
}

static bool give(struct sse_reader *reader, struct sse_event *event) {
    bool whole = reader->has_data;
    if (whole) *event = reader->event;
    if (whole && !event->name[0]) {
        text_copy_cut(event->name, sizeof event->name, "message");
    }
    reader->event = (struct sse_event){0};
    reader->has_data = false;
    return whole;
}

/* Whether this line, an empty one, has ended an event. */
static bool end_line(struct sse_reader *reader, struct sse_event *event) {
    struct slice line = {.data = reader->line, .length = reader->line_length};
    if (!reader->begun && slice_starts_with(line, byte_order_mark)) {
        line.data += strlen(byte_order_mark);
        line.length -= strlen(byte_order_mark);
    }
    reader->begun = true;
    reader->line_length = 0;
    if (line.length == 0) return give(reader, event);
    take_field(reader, line);
    return false;
}

bool sse_next(struct sse_reader *reader, struct slice *bytes, struct sse_event *event) {
    while (bytes->length > 0) {
        char c = *bytes->data++;
        bytes->length--;
        bool second = c == '\n' && reader->after_cr;
        reader->after_cr = c == '\r';
        if (second) continue;
        if (c != '\n' && c != '\r') {
            keep(reader, c);
        } else if (end_line(reader, event)) {
            return true;
        }
    }
    return false;
}

bool sse_rest(struct sse_reader *reader, struct sse_event *event) {
    if (reader->line_length > 0 && end_line(reader, event)) return true;
    return give(reader, event);
}
