/* SPDX-License-Identifier: MIT */
#include "core/needle.h"

static uint8_t match(const struct needle *needle, uint8_t matched, char c) {
    while (matched > 0 && needle->words.data[matched] != c) {
        matched = needle->fallback[matched - 1];
    }
    return needle->words.data[matched] == c ? (uint8_t)(matched + 1) : matched;
}

void needle_init(struct needle *needle, struct slice words) {
    if (words.length > NEEDLE_LENGTH_MAX) words.length = NEEDLE_LENGTH_MAX;
    needle->words = words;
    uint8_t matched = 0;
    for (size_t i = 0; i < words.length; i++) {
        if (i > 0) matched = match(needle, matched, words.data[i]);
        needle->fallback[i] = matched;
    }
}

uint8_t needle_step(const struct needle *needle, uint8_t matched, struct slice piece) {
    for (size_t i = 0; i < piece.length && matched < needle->words.length; i++) {
        matched = match(needle, matched, piece.data[i]);
    }
    return matched;
}
