/* What has taken both versions down says nothing of either; nor do the first seconds
 * after it, in which one of them may serve again before the other does. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"
#include "core/decision.h"
#include "core/instances_sight.h"

/* A canary that is not well again so long after stable is will not be. */
#define AFTERMATH_MOST_NS (30 * NS_PER_S)

/* All zero: nothing has happened.
 *
 *      neither is steady           both are, or stable for AFTERMATH_MOST_NS
 *   calm ---------------> aftermath --------------------------------------> calm
 */
struct aftermath {
    bool is_on;         /* what comes in is not counted, and nothing goes on */
    uint64_t stable_ns; /* since when stable is well again meanwhile; 0: it is not */
};

/* How both are, each second. Without instances of stable to ask it is never on. */
void aftermath_see(
    struct aftermath *aftermath, const struct instances_sight *stable,
    const struct instances_sight *canary, uint64_t now_ns);

/* What is wrong with the canary alone, whatever its traffic says. */
enum canary_fault aftermath_fault(
    const struct aftermath *aftermath, const struct instances_sight *stable,
    const struct instances_sight *canary);

/* Why nothing is counted while it is on. */
const char *aftermath_words(const struct aftermath *aftermath);
