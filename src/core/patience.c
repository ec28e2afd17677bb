/* SPDX-License-Identifier: MIT */
#include "core/patience.h"

#include "base/units.h"

enum { LEAST_MS = 3000, POLLS = 2, EXTRA_MS = 1000 };

uint64_t patience_ns(const struct state *state) {
    uint64_t patience_ms = (uint64_t)state->poll_ms * POLLS + EXTRA_MS;
    if (patience_ms < LEAST_MS) patience_ms = LEAST_MS;
    return patience_ms * NS_PER_MS;
}
