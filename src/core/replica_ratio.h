/* Weights by the number of pods: how many of each version stand for a share of the
 * traffic, and which shares a number of pods can stand for at all. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { REPLICA_RATIO_WHOLE_BP = 10000 };

struct replica_ratio {
    int64_t stable, canary;
};

/* Together `total` pods. ERROR_USAGE when the share would be further than a fifth of
 * itself from what is asked for: 5 % of 4 pods cannot be had. */
bool replica_ratio_of(
    uint32_t weight_bp, int64_t total, struct replica_ratio *ratio, struct error *err);

/* The share of the canary; 0 without any pod. */
uint32_t replica_ratio_bp(const struct replica_ratio *ratio);
