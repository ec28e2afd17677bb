/* SPDX-License-Identifier: MIT */
#include "ui/frame_pace.h"

void frame_pace_on_key(struct frame_pace *pace) {
    pace->key = true;
}

void frame_pace_on_data(struct frame_pace *pace) {
    pace->data = true;
}

bool frame_pace_due(const struct frame_pace *pace, uint64_t *due_ns) {
    if (!pace->key && !pace->data && !pace->second) return false;
    *due_ns = pace->drawn_ns + (pace->key ? FRAME_PACE_KEY_NS : FRAME_PACE_DATA_NS);
    return true;
}

enum frame_turn frame_pace_draw(struct frame_pace *pace, uint64_t now_ns) {
    bool whole = pace->key || pace->drawn_ns == 0;
    bool second = !whole && pace->second;
    pace->second = !whole && !second;
    pace->key = false;
    /* What has come since the first half was drawn is not yet in it. */
    if (!second) pace->data = false;
    pace->drawn_ns = now_ns;
    return whole ? FRAME_WHOLE : second ? FRAME_SECOND_HALF : FRAME_FIRST_HALF;
}
