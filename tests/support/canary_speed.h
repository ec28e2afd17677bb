/* How many canary requests it takes until a worse canary is found out. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/random.h"

struct speed {
    double median, p90; /* canary requests */
};

enum { SPEED_RUNS_MAX = 2000 };

struct speed_case {
    double rho;         /* share of the canary */
    double stable_rate; /* of failures */
    double canary_rate;
};

/* By errors alone, at an alpha of 1 %. */
struct speed speed_of_errors(
    struct random *random, const struct speed_case *speed_case, unsigned runs);

/* A canary of 5 % that is so many times as slow, in everything or in 5 % of its
 * requests; stable is lognormal with a sigma of 0.8. */
struct slow_case {
    double times;
    double share; /* of its requests, 1 for all of them */
};

/* By limits at stable's p50, p90, p95 and p99, of equal weight, or by ranks. */
struct speed speed_of_limits(
    struct random *random, const struct slow_case *slow_case, unsigned runs);
struct speed speed_of_ranks(
    struct random *random, const struct slow_case *slow_case, unsigned runs);
