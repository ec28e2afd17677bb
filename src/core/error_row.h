/* One kind of error, as the errors panel lists it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/state_sizes.h"

struct error_row {
    char kind[32];
    char route[32];
    char version[STATE_VERSION_SIZE];
    char request_id[40];
    char message[128]; /* a sample; sanitised */
    uint64_t count;
    int64_t last_seen_ms; /* wall clock */
    uint8_t track;
};
