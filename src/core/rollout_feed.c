/* SPDX-License-Identifier: MIT */
#include "core/rollout_feed.h"

#define X(id, name) [id] = (name)
static const char *const names[ROLLOUT_SOURCE_COUNT] = {ROLLOUT_SOURCES(X)};
#undef X

const char *rollout_source_name(enum rollout_source source) {
    return names[source];
}
