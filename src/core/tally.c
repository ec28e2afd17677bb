/* SPDX-License-Identifier: MIT */
#include "core/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"

enum { FIRST_CAPACITY = 256 };

struct tally {
    struct tally_series *series; /* in the order in which they first came */
    uint32_t count;
    uint32_t capacity; /* a power of two */
    uint32_t cursor;   /* where the next one is expected */
    uint32_t scrape;
    uint32_t *index; /* twice the capacity; position plus one, 0 for free */
};

struct tally *tally_new(void) {
    struct tally *tally = memory_new(sizeof *tally);
    tally->capacity = FIRST_CAPACITY;
    tally->series = memory_new_array(tally->capacity, sizeof *tally->series);
    tally->index = memory_new_array((size_t)tally->capacity * 2, sizeof *tally->index);
    return tally;
}

void tally_free(struct tally *tally) {
    if (!tally) return;
    free(tally->series);
    free(tally->index);
    free(tally);
}

void tally_reset(struct tally *tally) {
    tally->count = 0;
    tally->cursor = 0;
    memset(tally->index, 0, (size_t)tally->capacity * 2 * sizeof *tally->index);
}

static uint64_t mix(uint64_t hash, uint64_t word) {
    const uint64_t factor = UINT64_C(0x9E3779B97F4A7C15);
    return (((hash << 5) | (hash >> 59)) ^ word) * factor;
}

/* Two sums side by side, so that one multiplication need not wait for the other. */
uint64_t tally_hash(struct slice series) {
    uint64_t words[2];
    uint64_t even = series.length;
    uint64_t odd = 0;
    const char *at = series.data;
    size_t left = series.length;
    for (; left >= sizeof words; left -= sizeof words, at += sizeof words) {
        memcpy(words, at, sizeof words);
        even = mix(even, words[0]);
        odd = mix(odd, words[1]);
    }
    memset(words, 0, sizeof words);
    if (left > 0) memcpy(words, at, left);
    even = mix(even, words[0]);
    odd = mix(odd, words[1]);
    uint64_t hash = mix(even ^ (even >> 31), odd ^ (odd >> 29));
    return hash ^ (hash >> 32);
}

uint32_t tally_begin(struct tally *tally) {
    tally->cursor = 0;
    return ++tally->scrape;
}

/* The place of that hash in the index: taken by it, or free. */
static uint32_t *place_of(const struct tally *tally, uint64_t hash) {
    uint32_t mask = tally->capacity * 2 - 1;
    uint32_t slot = (uint32_t)hash & mask;
    while (tally->index[slot] != 0 &&
           tally->series[tally->index[slot] - 1].hash != hash) {
        slot = (slot + 1) & mask;
    }
    return &tally->index[slot];
}

struct tally_series *tally_find(struct tally *tally, uint64_t hash) {
    if (tally->cursor < tally->count && tally->series[tally->cursor].hash == hash) {
        return &tally->series[tally->cursor++];
    }
    uint32_t position = *place_of(tally, hash);
    if (position == 0) return NULL;
    tally->cursor = position; /* the one behind it */
    return &tally->series[position - 1];
}

static void grow(struct tally *tally) {
    tally->capacity *= 2;
    tally->series =
        memory_resize(tally->series, tally->capacity * sizeof *tally->series);
    free(tally->index);
    tally->index = memory_new_array((size_t)tally->capacity * 2, sizeof *tally->index);
    for (uint32_t i = 0; i < tally->count; i++) {
        *place_of(tally, tally->series[i].hash) = i + 1;
    }
}

struct tally_series *tally_add(struct tally *tally, uint64_t hash) {
    if (tally->count == TALLY_SERIES_MAX) return NULL;
    if (tally->count == tally->capacity) grow(tally);
    *place_of(tally, hash) = tally->count + 1;
    struct tally_series *series = &tally->series[tally->count++];
    *series = (struct tally_series){.hash = hash};
    tally->cursor = tally->count;
    return series;
}

uint32_t tally_place(const struct tally *tally, const struct tally_series *series) {
    return (uint32_t)(series - tally->series);
}

struct tally_series *tally_at(struct tally *tally, uint32_t place) {
    ensure(place < tally->count);
    return &tally->series[place];
}

uint32_t tally_count(const struct tally *tally) {
    return tally->count;
}
