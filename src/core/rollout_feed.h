/* What feeds the decision about a rollout:
 * where the data of a track comes from, and how old it is. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/rollout_tally.h"

/* clang-format off */
/*    id                         name */
#define ROLLOUT_SOURCES(X) \
    X(ROLLOUT_SOURCE_NONE,       "none"), \
    X(ROLLOUT_SOURCE_LOG,        "log"),       /* of the router, request by request */ \
    X(ROLLOUT_SOURCE_METRICS,    "metrics"),   /* of the instances, asked one by one */ \
    X(ROLLOUT_SOURCE_PROMETHEUS, "prometheus") /* the same, as a server has kept them */
/* clang-format on */

enum rollout_source {
#define X(id, name) id
    ROLLOUT_SOURCES(X),
#undef X
    ROLLOUT_SOURCE_COUNT
};

const char *rollout_source_name(enum rollout_source source);

struct rollout_feed {
    uint8_t source; /* enum rollout_source */
    /* Of a log: of the newest request; else: of the oldest reading that is needed.
     * UINT32_MAX: nothing came yet. */
    uint32_t age_ms;
    uint32_t restarts; /* of the track's processes, as far as metrics tell */
    struct rollout_tally tally;
};
