/* What a rollout controller publishes. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/state_sizes.h"

struct rollout_status {
    bool known;
    char phase[24];
    char holder[STATE_NAME_SIZE];
    char reason[STATE_DETAIL_SIZE];
    uint16_t step, steps;
    float weight;     /* 0 to 1 */
    uint32_t left_ms; /* until the step may end; 0 for none */
    uint64_t at_ns;
};
