/* SPDX-License-Identifier: MIT */
#include "core/evidence_patience.h"

uint64_t evidence_patience_us(const struct evidence *evidence) {
    uint64_t slowest_us = 0;
    bool is_known = false;
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        const struct harm *harm = &evidence->harms[i];
        bool is_latency =
            harm_metric_source((enum harm_metric)i) == HARM_SOURCE_LATENCY &&
            (evidence->rules.metrics & HARM_BIT(i)) != 0;
        if (!is_latency || !harm->has_limit) continue;
        if (harm->limit > slowest_us) slowest_us = harm->limit;
        is_known = true;
    }
    return is_known ? slowest_us : EVIDENCE_PATIENCE_US;
}
