/* SPDX-License-Identifier: MIT */
#include "ui/views/segments.h"

#include "base/panic.h"
#include "base/utf8.h"
#include "ui/layout.h"

enum { BAR = 0x2502 };

struct segment *segments_add(struct segments *segments, enum role role, int priority) {
    ensure(segments->count < SEGMENTS_MAX);
    struct segment *segment = &segments->items[segments->count++];
    *segment = (struct segment){.role = role, .priority = priority, .gap = 1};
    return segment;
}

static int front_of(const struct segment *segment) {
    int key = (int)utf8_string_width(segment->key);
    return segment->gap + (segment->bar ? 2 : 0) + (key ? key + 1 : 0);
}

void segments_draw(
    struct canvas *canvas, struct rect rect, const struct segments *segments) {
    struct layout_item items[SEGMENTS_MAX];
    for (uint32_t i = 0; i < segments->count; i++) {
        const struct segment *segment = &segments->items[i];
        int width = (int)utf8_string_width(segment->words);
        items[i] = (struct layout_item){
            .least = width ? width + front_of(segment) : 0,
            .priority = segment->priority,
        };
    }
    layout_share(items, segments->count, rect.width);
    int x = rect.x;
    for (uint32_t i = 0; i < segments->count; i++) {
        const struct segment *segment = &segments->items[i];
        if (items[i].size == 0) continue;
        int end = x + items[i].size;
        bool first = x == rect.x;
        x += segment->gap;
        if (segment->bar && !first) {
            canvas_put(canvas, x, rect.y, BAR, ROLE_BORDER);
            x += 2;
        }
        if (segment->key[0]) {
            x += canvas_text(canvas, x, rect.y, end - x, segment->key, ROLE_KEY) + 1;
        }
        x += canvas_text(canvas, x, rect.y, end - x, segment->words, segment->role);
    }
}
