/* How many errors of each kind there were, from lists that show the last ones only:
 * each poll brings much of what the one before brought, and what is old slides out. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "probes/error_table.h"

enum { ERROR_SIGHTINGS_MAX = 1024 }; /* of them the newest are remembered */

/* One entry that was seen, or several that cannot be told apart. */
struct error_sighting {
    uint64_t hash;
    uint64_t now;    /* how many of them the look showed, or what its counter said */
    uint64_t before; /* the same of the look before */
    uint32_t look;   /* the last one that showed it */
};

/* All zero is an empty one. */
struct error_counts {
    struct error_table table; /* what was counted so far; kinds stay */
    uint32_t look;
    uint32_t sighting_count;
    struct error_sighting sightings[ERROR_SIGHTINGS_MAX];
};

/* Another look at the list begins. */
void error_counts_begin(struct error_counts *counts);

/* One thing that happened: counted unless an earlier look had shown it. */
void error_counts_add(struct error_counts *counts, const struct error_row *row);

/* An entry that counts for itself: `row->count` is how often
 * it has happened so far. A count that falls has begun anew,
 * unless several processes answer in turn (`shared`). */
void error_counts_set(
    struct error_counts *counts, const struct error_row *row, bool shared);

/* Rows of an unknown version are of this one. */
void error_counts_name_version(struct error_counts *counts, const char *version);

/* All that was counted. */
uint64_t error_counts_total(const struct error_counts *counts);
