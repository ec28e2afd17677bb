/* How many requests one process has answered while it
 * was asked for its counters, and how fast they come. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/reading.h"

/* All zero is one of nothing. */
struct request_rate {
    double requests, failed;
    uint64_t span_ns; /* that they were counted over */
    uint64_t last_ns; /* its newest reading; 0 before the first */
};

void request_rate_take(struct request_rate *rate, const struct reading *reading);

/* A reading that says nothing of the time since the one before: after a restart. */
void request_rate_skip(struct request_rate *rate, uint64_t at_ns);

/* NaN before it has been asked twice. */
double request_rate_per_s(const struct request_rate *rate);
