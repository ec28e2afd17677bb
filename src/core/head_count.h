/* How many users come by, from a sample: who was seen once and who twice says how many
 * were not seen yet (Chao 1984, the bias-corrected form). */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

enum { HEAD_COUNT_SLOTS = 1 << 15, HEAD_COUNT_MAX = HEAD_COUNT_SLOTS / 2 };

/* All zero is an empty count. Past HEAD_COUNT_MAX users nobody new is counted: that is
 * enough for whatever is asked of it. */
struct head_count {
    uint32_t users, once, twice;
    struct {
        uint64_t hash; /* 0: free */
        uint32_t seen; /* at most 3 */
    } slots[HEAD_COUNT_SLOTS];
};

/* One request of the user with that hash, which is taken to be a good one. */
void head_count_add(struct head_count *count, uint64_t hash);

/* Seen or not: at least those who were seen; 0 before the first. */
uint64_t head_count_estimate(const struct head_count *count);
