/* SPDX-License-Identifier: MIT */
#include "core/rollout_phase.h"

#include "base/panic.h"

const char *rollout_phase_name(enum rollout_phase phase) {
    static const char *const names[] = {
#define X(id, name) [id] = name
        ROLLOUT_PHASES(X),
#undef X
    };
    ensure(phase < ROLLOUT_PHASE_COUNT);
    return names[phase];
}

const char *rollout_hold_name(enum rollout_hold hold) {
    static const char *const names[] = {
#define X(id, name) [id] = name
        ROLLOUT_HOLDS(X),
#undef X
    };
    ensure(hold < ROLLOUT_HOLD_COUNT);
    return names[hold];
}

bool rollout_hold_ends_by_itself(enum rollout_hold hold) {
    return hold == ROLLOUT_HELD_BLIND || hold == ROLLOUT_HELD_AROUND;
}
