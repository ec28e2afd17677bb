/* SPDX-License-Identifier: MIT */
#include "core/worker_fate.h"

#include "base/units.h"

enum {
    BEATS_MISSED_MAX = 4,
    LATE_MIN_MS = 3000, /* less is what a busy machine does */
    FORGET_MS = 60000,
};

#define FORGET_NS (FORGET_MS * NS_PER_MS)

static bool is_late(const struct worker_sight *sight) {
    if (sight->every_ms <= 0) return false;
    int64_t limit_ms = sight->every_ms * BEATS_MISSED_MAX;
    if (limit_ms < LATE_MIN_MS) limit_ms = LATE_MIN_MS;
    return sight->silent_ms > limit_ms;
}

bool worker_is_alive(const struct worker_sight *sight) {
    return sight->beats && !sight->left && !is_late(sight);
}

/* One that was silent already when it was first seen may have ended long ago. */
static bool is_past(
    const struct worker_sight *sight, const struct worker_memory *memory, bool others,
    uint64_t now_ns) {
    if (sight->pending > 0) return false;
    bool first = memory->missing_ns == now_ns;
    if (!memory->beaten && (first || others)) return sight->idle_ms > FORGET_MS;
    return others && now_ns - memory->missing_ns > FORGET_NS;
}

enum worker_fate worker_fate_of(
    const struct worker_sight *sight, struct worker_memory *memory, bool others,
    uint64_t now_ns) {
    if (sight->beats) {
        memory->beaten = true;
        memory->left = sight->left;
        memory->missing_ns = 0;
        if (sight->left) return sight->pending > 0 ? WORKER_LEFT : WORKER_GONE;
        return is_late(sight) ? WORKER_LATE : WORKER_ALIVE;
    }
    if (memory->missing_ns == 0) memory->missing_ns = now_ns;
    if (!sight->listed) return WORKER_GONE;
    if (memory->left) return sight->pending > 0 ? WORKER_LEFT : WORKER_GONE;
    return is_past(sight, memory, others, now_ns) ? WORKER_PAST : WORKER_MISSING;
}
