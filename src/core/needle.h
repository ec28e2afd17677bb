/* Finds words in what comes in pieces, without keeping any of it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/scan.h"

enum { NEEDLE_LENGTH_MAX = 255 };

/* Knuth, Morris and Pratt 1977, https://doi.org/10.1137/0206024 */
struct needle {
    struct slice words; /* borrowed */
    uint8_t fallback[NEEDLE_LENGTH_MAX];
};

/* Words longer than NEEDLE_LENGTH_MAX are cut. */
void needle_init(struct needle *needle, struct slice words);

/* How many of the words' bytes are matched after this piece, if it were `matched`
 * before, 0 to begin with. Once all of them are, that stays. */
uint8_t needle_step(const struct needle *needle, uint8_t matched, struct slice piece);
