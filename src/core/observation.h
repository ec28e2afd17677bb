/* One request or job as a rollout sees it: whose it was, and what became of it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/arm.h"

#define OBSERVATION_UNKNOWN UINT64_MAX

struct observation {
    enum arm assigned;  /* by the draw: the one that it counts for */
    enum arm served;    /* where the router really sent it */
    uint32_t weight_bp; /* of the canary when it was assigned */
    uint64_t user;      /* hash of what is assigned as one, and not the hash that draws;
                         * 0: the request for itself */
    uint32_t failed;    /* HARM_BIT of the metrics that say so themselves */
    uint32_t told;   /* ... and of those that say whether; errors are always told of */
    bool is_running; /* not finished: only what it has already passed counts */
    bool is_warming; /* began just after a raise: its latency says nothing */
    uint64_t latency_us, cost_micro, tokens; /* or OBSERVATION_UNKNOWN */
    double chance; /* evenly from 0 to below 1, for HARM_RANKS */
};
