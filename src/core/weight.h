/* The canary's share of the traffic,
 * as it is asked for: basis points, 10000 for all. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/text.h"

enum { WEIGHT_ALL_BP = 10000 };

double weight_ratio(uint32_t weight_bp);

/* "5 %", "0.25 %". */
void weight_add_percent(struct text *text, uint32_t weight_bp);
