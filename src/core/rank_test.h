/* Evidence that the canary is slower in everything: where each of
 * its values stands among fresh ones of stable. While both come from
 * one distribution, whichever, every place is as likely as the next;
 * one bets on the slow places (Vovk; Shekhar and Ramdas 2023). */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/mixture.h"

enum { RANK_OTHERS_MAX = 128 };

struct rank_test {
    struct mixture mixture;
    uint64_t ranked;      /* canary values that had somebody to be compared with */
    uint32_t other_count; /* of stable, since the last of them */
    uint64_t others[RANK_OTHERS_MAX];
};

void rank_test_init(struct rank_test *test);

/* A value of stable: the next canary value is compared with it. While there are more
 * than RANK_OTHERS_MAX of them, those that come later are left out. */
void rank_test_on_stable(struct rank_test *test, uint64_t value);

/* A value of the canary, and a random number, evenly from 0 to below 1, that decides
 * between equals. Without any value of stable it does not enter. */
void rank_test_on_canary(struct rank_test *test, uint64_t value, double chance);

/* The same, from how many of `others` were slower and how many equal. */
struct rank {
    uint32_t slower, equal, others;
};
void rank_test_on_rank(struct rank_test *test, struct rank rank, double chance);

extern const struct record rank_test_record;
