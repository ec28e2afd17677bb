/* Whether more traffic may go to the canary: even at the pessimistic end of what is
 * known, the failures that it adds at the next weight must stay within a budget.
 * Without data everything is possible, so nothing is promoted. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/trials.h"

struct promotion_gate {
    double budget;      /* extra failures as a share of all traffic: 0.01 */
    double alpha;       /* of both bounds together: 0.05 */
    double weight_next; /* of the canary after the promotion, above 0 to 1 */
};

/* Canary requests that no wait will bring. */
#define PROMOTION_NEVER UINT64_MAX

/* How much more often than stable the canary may fail. A tiny next weight would make it
 * anything: at most 10 percentage points. */
double promotion_gate_allowed(const struct promotion_gate *gate);

/* How much more often than stable the canary could fail, from what was seen: the upper
 * end of its rate less the lower end of stable's. 1 without any data. */
double promotion_gate_extra(
    const struct promotion_gate *gate, const struct trials *canary,
    const struct trials *stable);

/* False for anything that is no number, and without a single canary request. */
bool promotion_gate_is_open(
    const struct promotion_gate *gate, const struct trials *canary,
    const struct trials *stable);

/* How many canary requests in all it takes if those to come fail as often as stable's
 * did; PROMOTION_NEVER when there is no such number. */
uint64_t promotion_gate_needed(
    const struct promotion_gate *gate, const struct trials *canary,
    const struct trials *stable);
