/* How long the local model takes: a named distribution. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/random.h"

struct latency {
    uint64_t median_ns;
    double sigma;      /* of the logarithm; 0 for always the same */
    uint64_t token_ns; /* of a streamed answer, once it has begun */
};

/* "instant", "fast", "demo", "slow", "fixed:5ms" or "lognormal:400ms:0.5"; how long a
 * token takes comes only with a name. */
bool latency_parse(struct latency *latency, const char *from, struct error *err);

/* Never longer than a minute. */
uint64_t latency_draw(const struct latency *latency, struct random *random);
