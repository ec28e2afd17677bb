/* SPDX-License-Identifier: MIT */
#include "core/head_count.h"

void head_count_add(struct head_count *count, uint64_t hash) {
    uint64_t key = hash ? hash : 1;
    uint32_t at = (uint32_t)(key % HEAD_COUNT_SLOTS);
    while (count->slots[at].hash != 0 && count->slots[at].hash != key) {
        at = (at + 1) % HEAD_COUNT_SLOTS;
    }
    if (count->slots[at].hash == 0) {
        if (count->users == HEAD_COUNT_MAX) return;
        count->slots[at].hash = key;
        count->users++;
    }
    switch (++count->slots[at].seen) {
    case 1: count->once++; break;
    case 2:
        count->once--;
        count->twice++;
        break;
    case 3: count->twice--; break;
    default: count->slots[at].seen = 3;
    }
}

uint64_t head_count_estimate(const struct head_count *count) {
    uint64_t once = count->once;
    if (count->users == 0) return 0;
    /* Nobody new among the last ones: all have been seen. */
    if (once == 0) return count->users;
    return count->users + once * (once - 1) / (2 * ((uint64_t)count->twice + 1));
}
