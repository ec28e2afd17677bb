/* "Did you mean": the known word that is nearest to a mistyped one. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "base/scan.h"

enum { SUGGEST_WORD_MAX = 48 }; /* longer words are never compared */

/* Remembers the nearest of all words that were offered. */
struct suggest {
    struct slice wanted;
    const char *nearest; /* borrowed; NULL when nothing is near enough */
    unsigned distance;
};

struct suggest suggest_for(struct slice wanted);
void suggest_offer(struct suggest *suggest, const char *word);

/* Insertions, deletions, replacements and swaps of neighbours between the two. */
unsigned suggest_distance(struct slice a, struct slice b);
