/* SPDX-License-Identifier: MIT */
#include "core/load_latency.h"

const char *load_latency_label(enum load_latency latency) {
    static const char *const labels[LOAD_LATENCY_COUNT] = {
#define X(id, label, quantile) [id] = (label),
        LOAD_LATENCIES(X)
#undef X
    };
    return labels[latency];
}
