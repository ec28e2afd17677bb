/* How often something was tried, and how often it failed. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/record.h"

struct trials {
    uint64_t count, failures;
};

double trials_rate(const struct trials *trials); /* NaN without any */

extern const struct record trials_record;
