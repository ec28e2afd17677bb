/* A rollout as it was written down last, taken up by another controller: what the
 * router says now decides, and no evidence from before counts. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/rollout.h"

#define ROLLOUT_GAP_UNKNOWN UINT64_MAX /* is taken for a long one */

struct rollout_recovery {
    enum rollout_op open; /* what was under way */
    uint64_t gap_ns;      /* for how long there was no controller */
    uint64_t lease_ns;    /* after which a weight runs out; 0 where it does not */
    bool is_zeroed;       /* what is 0 now was set to that, and did not run out */
};

struct rollout_effect rollout_on_recovered(
    struct rollout *rollout, const struct rollout_recovery *recovery,
    const struct rollout_reading *reading, uint64_t now_ns);

/* Whether what the router has is a weight of this rollout, to be kept alive: not what
 * somebody else has set, even when it is about to be replaced. */
bool rollout_may_keep(const struct rollout *rollout, uint32_t weight_bp);
