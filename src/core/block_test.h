/* Evidence that the canary fails more often, where the probability with which a unit
 * goes to it is not ours: a ratio of replicas, counters that are scraped. Looks at how
 * many of how many failed on either side, block by block (Turner and Gruenwald). An
 * e-process as long as units fail independently of each other and both sides fail alike
 * within a block; from block to block the rate may change. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/mixture.h"
#include "core/trials.h"

struct block_test {
    struct mixture mixture;
    struct trials stable; /* of the blocks before: what the next one is compared with */
};

void block_test_init(struct block_test *test);

/* One block. Where it ends may depend on time and on counts, not on failures. One
 * without anything on either side says nothing, and neither does one that cannot be. */
void block_test_add(
    struct block_test *test, const struct trials *canary, const struct trials *stable);

extern const struct record block_test_record;
