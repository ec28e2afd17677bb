/* A stream of events: whole or byte by byte, the same events come of it. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/panic.h"
#include "core/sse.h"
#include "fuzz/fuzz.h"

struct seen {
    unsigned count;
    struct sse_event last;
};

static void take(struct seen *seen, const struct sse_event *event) {
    ensure(memchr(event->name, 0, sizeof event->name));
    ensure(memchr(event->data, 0, sizeof event->data));
    ensure(event->name[0] != '\0');
    seen->count++;
    seen->last = *event;
}

static struct seen read_in_pieces(struct slice stream, size_t piece) {
    struct sse_reader reader = {0};
    struct sse_event event = {0};
    struct seen seen = {0};
    for (size_t at = 0; at < stream.length; at += piece) {
        size_t left = stream.length - at;
        struct slice bytes = {stream.data + at, left < piece ? left : piece};
        while (sse_next(&reader, &bytes, &event)) take(&seen, &event);
    }
    if (sse_rest(&reader, &event)) take(&seen, &event);
    return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct slice stream = {.data = (const char *)data, .length = size};
    struct seen whole = read_in_pieces(stream, size + 1);
    struct seen bytes = read_in_pieces(stream, 1);
    ensure(whole.count == bytes.count);
    ensure(strcmp(whole.last.name, bytes.last.name) == 0);
    ensure(strcmp(whole.last.data, bytes.last.data) == 0);
    return 0;
}
