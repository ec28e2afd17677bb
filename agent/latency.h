/* How long the local model takes: a named distribution. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/random.h"

struct latency {
    uint64_t median_ns;
    double sigma; /* of the logarithm; 0 for always the same */
};

/* "instant", "fast", "demo", "slow", "fixed:5ms" or "lognormal:400ms:0.5". */
bool latency_parse(struct latency *latency, const char *from, struct error *err);

/* Never longer than a minute. */
uint64_t latency_draw(const struct latency *latency, struct random *random);
