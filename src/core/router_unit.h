/* What a line of the router's log says of the version that got the request. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/observation.h"
#include "core/router_line.h"

/* Whether it is evidence at all: a request that is judged, whose line is true to its
 * own figures, and that our own limiter let through. */
bool router_unit_counts(const struct router_line *line);

/* Of a line that counts. One whose client left is an observation that did not finish.
 * Whether it is warming, and its chance, are the caller's. */
struct observation router_unit_observe(const struct router_line *line);

/* The end of a job, or of a stream, whose line was open. */
struct router_unit_end {
    bool failed, refused;
    bool has_outcome,
        has_tools; /* whether it was said if it refused, and of its tools */
    uint64_t latency_us, cost_micro, tokens; /* or OBSERVATION_UNKNOWN */
    uint32_t tools_failed;
};
void router_unit_end(struct observation *seen, const struct router_unit_end *end);
