/* Repeatable chance: the same seed gives the same run. Not for secrets. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

/* xoshiro256**, Blackman and Vigna 2018, https://prng.di.unimi.it */
struct random {
    uint64_t words[4];
};

void random_seed(struct random *random, uint64_t seed);
uint64_t random_next(struct random *random);

/* Evenly from 0 to below `limit`, which is at least 1. */
uint64_t random_below(struct random *random, uint64_t limit);

/* Evenly from 0 to below 1. */
double random_unit(struct random *random);

/* With that mean: the time between two arrivals of a Poisson process. */
double random_exponential(struct random *random, double mean);

double random_normal(struct random *random);

/* With that median; `sigma` is the standard deviation of the logarithm. */
double random_lognormal(struct random *random, double median, double sigma);
