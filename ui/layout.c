/* SPDX-License-Identifier: MIT */
#include "ui/layout.h"

#include <stdbool.h>

#include "base/panic.h"

enum { ITEMS_MAX = 32 };

static int sum_of_least(
    const struct layout_item *items, const bool *out, size_t count) {
    int sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (!out[i]) sum += items[i].least;
    }
    return sum;
}

static size_t first_to_go(
    const struct layout_item *items, const bool *out, size_t count) {
    size_t found = count;
    for (size_t i = 0; i < count; i++) {
        if (out[i]) continue;
        if (found == count || items[i].priority <= items[found].priority) found = i;
    }
    return found;
}

static bool can_grow(const struct layout_item *item, bool out) {
    if (out || item->weight <= 0) return false;
    return item->most == 0 || item->size < item->most;
}

static int weights_of(const struct layout_item *items, const bool *out, size_t count) {
    int weights = 0;
    for (size_t i = 0; i < count; i++) {
        if (can_grow(&items[i], out[i])) weights += items[i].weight;
    }
    return weights;
}

/* One round: everybody's share, as far as there
 * is room for it. Returns what was given. */
static int share_once(
    struct layout_item *items, const bool *out, size_t count, int rest, int weights) {
    int given = 0;
    int seen = 0; /* of the weights; the edges fall where the running sum rounds */
    for (size_t i = 0; i < count; i++) {
        if (!can_grow(&items[i], out[i])) continue;
        int from = (int)((long)rest * seen / weights);
        seen += items[i].weight;
        int share = (int)((long)rest * seen / weights) - from;
        int room = items[i].most ? items[i].most - items[i].size : share;
        if (share > room) share = room;
        items[i].size += share;
        given += share;
    }
    return given;
}

/* Hands the rest out by weight; who reaches `most` leaves its share to the others. */
static void share_rest(
    struct layout_item *items, const bool *out, size_t count, int rest) {
    int weights = weights_of(items, out, count);
    while (rest > 0 && weights > 0) {
        rest -= share_once(items, out, count, rest, weights);
        weights = weights_of(items, out, count);
    }
}

void layout_share(struct layout_item *items, size_t count, int total) {
    ensure(count <= ITEMS_MAX);
    bool out[ITEMS_MAX] = {false};
    while (sum_of_least(items, out, count) > total) {
        size_t index = first_to_go(items, out, count);
        if (index == count) break;
        out[index] = true;
    }
    for (size_t i = 0; i < count; i++) items[i].size = out[i] ? 0 : items[i].least;
    share_rest(items, out, count, total - sum_of_least(items, out, count));
}

static int offset_of(const struct layout_item *items, size_t index) {
    int offset = 0;
    for (size_t i = 0; i < index; i++) offset += items[i].size;
    return offset;
}

struct rect layout_row(
    struct rect rect, const struct layout_item *items, size_t index) {
    rect.y += offset_of(items, index);
    rect.height = items[index].size;
    return rect;
}

struct rect layout_column(
    struct rect rect, const struct layout_item *items, size_t index) {
    rect.x += offset_of(items, index);
    rect.width = items[index].size;
    return rect;
}
