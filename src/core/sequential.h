/* Evidence that the canary does harm: the share of failures that came from it, a test
 * that stays valid however often it is looked at.
 *
 * A unit is sent to the canary with a known probability rho. While the version makes no
 * difference, the label of a unit that failed is that coin again, whatever the failures
 * do: bursts, drift, an outage of both versions. The value is the mean, over
 * alternatives of how much more often the canary fails, of the likelihood ratios of the
 * labels seen. It is an e-process: it ever reaches 1/alpha with a probability of at
 * most alpha (Ville), and one runs through all the steps of a rollout, since every
 * label brings its own rho. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/mixture.h"

struct sequential {
    double tolerated;       /* ratio of the risks that counts as no harm, mostly 1 */
    struct mixture mixture; /* over ratios, as multiples of the tolerated one */
};

/* For a tolerated ratio of 1 nothing is assumed about how units fail; for another one
 * that they fail independently of each other. */
void sequential_init_failures(struct sequential *test, double tolerated);

/* For "slower than a limit" that `share` (between 0 and 1) of the stable units pass:
 * smaller steps, and none that no canary could reach. */
void sequential_init_share(struct sequential *test, double share, double tolerated);

/* One unit that failed, and the probability with which it was sent to the canary. A
 * certain one (0 or 1, or no number) says nothing and does not enter. */
void sequential_on_failure(struct sequential *test, double rho, bool on_canary);

/* ln of the value: 0 before the first failure. */
double sequential_log_value(const struct sequential *test);

/* Valid at any time: 1 over the largest value so far, at most 1. */
double sequential_p_value(const struct sequential *test);

/* How often, of units that failed, the canary is to be expected when it fails `ratio`
 * times as often. */
double sequential_canary_share(double rho, double ratio);

extern const struct record sequential_record;
