/* SPDX-License-Identifier: MIT */
#include "core/rollout_stretch.h"

const char *rollout_end_name(enum rollout_end end) {
    static const char *const names[ROLLOUT_END_COUNT] = {
#define X(id, name) [id] = (name)
        ROLLOUT_ENDS(X)
#undef X
    };
    return names[end];
}

static bool passes_by_itself(enum rollout_hold hold) {
    return hold == ROLLOUT_HELD_BLIND || hold == ROLLOUT_HELD_AROUND;
}

bool rollout_ending_yields(const struct rollout_ending *before, enum rollout_end end) {
    switch (before->end) {
    case ROLLOUT_END_NONE: return end != ROLLOUT_END_NONE;
    case ROLLOUT_END_HOLD:
        return end == ROLLOUT_END_BACK ||
               (end == ROLLOUT_END_UP && passes_by_itself(before->hold));
    case ROLLOUT_END_UP: return end == ROLLOUT_END_BACK;
    case ROLLOUT_END_BACK:
    case ROLLOUT_END_COUNT: break;
    }
    return false;
}
