/* A block of counts from the metrics of both sides: of how many requests how many
 * failed, or took longer than a limit at which the histograms have an edge. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/arm.h"
#include "core/harm_metric.h"
#include "core/reading.h"
#include "core/trials.h"

/* Above what a latency is slow: edges of buckets, in seconds. Taken from stable before
 * anything is counted by them. */
struct metric_limits {
    uint32_t has; /* HARM_BIT of the metrics that have one */
    double edges[HARM_METRIC_COUNT];
};

/* From all that stable has counted: for each share the first edge that no larger share
 * is above. False, and nothing is taken, when it has counted too little. */
bool metric_limits_take(struct metric_limits *limits, const struct buckets *stable);

struct metric_block {
    struct trials trials[ARM_COUNT][HARM_METRIC_COUNT];
    uint32_t unknown;       /* HARM_BIT of the metrics that an instance cannot tell */
    bool counts[ARM_COUNT]; /* an instance of that side counts requests */
};

/* What one instance has counted since its reading before. False when its reading cannot
 * say what failed: then there is no block. */
bool metric_block_add(
    struct metric_block *block, const struct metric_limits *limits, enum arm arm,
    const struct reading *reading);

/* Whether both sides of the metric are known. */
bool metric_block_has(const struct metric_block *block, enum harm_metric metric);
