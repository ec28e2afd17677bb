/* One check of the smoke run shown last. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/state_sizes.h"
#include "core/verdict.h"

struct check_row {
    char name[STATE_NAME_SIZE];
    char detail[STATE_DETAIL_SIZE];
    bool done;
    bool running;
    bool flaky;      /* passed after a retry */
    uint8_t verdict; /* enum verdict; only when done */
    uint32_t duration_ms;
};
