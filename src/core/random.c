/* SPDX-License-Identifier: MIT */
#include "core/random.h"

#include <math.h>
#include <stddef.h>

#include "base/panic.h"

static const double two_pi = 6.283185307179586;

/* splitmix64: spreads a small seed over the whole state. */
static uint64_t split_mix(uint64_t *seed) {
    uint64_t word = *seed += UINT64_C(0x9E3779B97F4A7C15);
    word = (word ^ (word >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94D049BB133111EB);
    return word ^ (word >> 31);
}

void random_seed(struct random *random, uint64_t seed) {
    for (size_t i = 0; i < sizeof random->words / sizeof *random->words; i++) {
        random->words[i] = split_mix(&seed);
    }
}

static uint64_t rotate(uint64_t word, unsigned bits) {
    return word << bits | word >> (64 - bits);
}

uint64_t random_next(struct random *random) {
    uint64_t *s = random->words;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 45);
    return result;
}

uint64_t random_below(struct random *random, uint64_t limit) {
    ensure(limit > 0);
    uint64_t unfair = UINT64_MAX - UINT64_MAX % limit;
    uint64_t value = random_next(random);
    while (value >= unfair) value = random_next(random);
    return value % limit;
}

double random_unit(struct random *random) {
    return (double)(random_next(random) >> 11) * 0x1p-53;
}

double random_exponential(struct random *random, double mean) {
    return -mean * log1p(-random_unit(random));
}

double random_normal(struct random *random) {
    double radius = sqrt(-2 * log1p(-random_unit(random)));
    return radius * cos(two_pi * random_unit(random));
}

double random_lognormal(struct random *random, double median, double sigma) {
    return median * exp(sigma * random_normal(random));
}
