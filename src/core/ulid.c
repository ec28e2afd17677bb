/* SPDX-License-Identifier: MIT */
#include "core/ulid.h"

#include <string.h>

enum { TIME_SIZE = ULID_SIZE - ULID_RANDOM_SIZE, LETTERS = ULID_STRING_SIZE - 1 };

/* Crockford's base 32: no I, L, O or U. */
static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void ulid_make(
    uint8_t id[ULID_SIZE], int64_t wall_ms, const uint8_t random[ULID_RANDOM_SIZE]) {
    uint64_t ms = (uint64_t)wall_ms;
    for (size_t i = 0; i < TIME_SIZE; i++) {
        id[i] = (uint8_t)(ms >> (8 * (TIME_SIZE - 1 - i)));
    }
    memcpy(id + TIME_SIZE, random, ULID_RANDOM_SIZE);
}

/* Five bits a letter, from the last one on: three are left for the first. */
void ulid_to_string(const uint8_t id[ULID_SIZE], char string[ULID_STRING_SIZE]) {
    unsigned window = 0, bits = 0;
    size_t at = ULID_SIZE;
    for (size_t i = LETTERS; i-- > 0;) {
        if (bits < 5 && at > 0) {
            window |= (unsigned)id[--at] << bits;
            bits += 8;
        }
        string[i] = letters[window & 31U];
        window >>= 5;
        bits = bits > 5 ? bits - 5 : 0;
    }
    string[LETTERS] = '\0';
}

bool ulid_from_string(struct slice string, uint8_t id[ULID_SIZE]) {
    if (string.length != LETTERS || string.data[0] > '7') return false;
    uint8_t read[ULID_SIZE] = {0};
    for (size_t i = 0; i < LETTERS; i++) {
        const char *found = string.data[i] ? strchr(letters, string.data[i]) : NULL;
        if (!found) return false;
        unsigned five = (unsigned)(found - letters);
        for (size_t k = 0; k < 5; k++) {
            size_t bit = i * 5 + k;
            if (bit < 2 || !(five >> (4 - k) & 1U)) continue;
            read[(bit - 2) / 8] |= (uint8_t)(1U << (7 - (bit - 2) % 8));
        }
    }
    memcpy(id, read, sizeof read);
    return true;
}

int64_t ulid_wall_ms(const uint8_t id[ULID_SIZE]) {
    uint64_t ms = 0;
    for (size_t i = 0; i < TIME_SIZE; i++) ms = ms << 8 | id[i];
    return (int64_t)ms;
}
