/* Remembers the counters of one process between two scrapes. A series is found where it
 * stood the last time, so that a scrape in the same order needs no search. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/scan.h"

struct tally;

enum { TALLY_SERIES_MAX = 50000, TALLY_CELLS = 2 };

struct tally_series {
    uint64_t hash;   /* of the series as it is written */
    double last;     /* the value of the scrape before */
    uint32_t scrape; /* when it was last seen */
    /* For the owner: where its growth goes. */
    uint8_t kind;
    uint8_t rank;
    uint8_t cells[TALLY_CELLS];
};

struct tally *tally_new(void);
void tally_free(struct tally *tally);
void tally_reset(struct tally *tally); /* forgets everything, keeps the memory */

uint64_t tally_hash(struct slice series);

/* A new scrape begins; returns its number, from 1. */
uint32_t tally_begin(struct tally *tally);

/* The series with that hash; NULL when it is new. Valid until the next tally_add(). */
struct tally_series *tally_find(struct tally *tally, uint64_t hash);

/* Adds a series that was not found; NULL past TALLY_SERIES_MAX. */
struct tally_series *tally_add(struct tally *tally, uint64_t hash);

/* The place of a series, and the series of a place, until the next tally_reset(). */
uint32_t tally_place(const struct tally *tally, const struct tally_series *series);
struct tally_series *tally_at(struct tally *tally, uint32_t place);

uint32_t tally_count(const struct tally *tally);
