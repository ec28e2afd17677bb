/* The canary's share of the traffic, as it is asked for: basis points, 10000 for all. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

enum { WEIGHT_ALL_BP = 10000 };

static inline double weight_ratio(uint32_t weight_bp) {
    return (double)weight_bp / WEIGHT_ALL_BP;
}
