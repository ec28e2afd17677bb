/* SPDX-License-Identifier: MIT */
#include "core/aftermath.h"

static bool is_heard_of(const struct instances_sight *sight) {
    return sight->awaited < sight->count;
}

void aftermath_see(
    struct aftermath *aftermath, const struct instances_sight *stable,
    const struct instances_sight *canary, uint64_t now_ns) {
    bool is_known = is_heard_of(stable) && is_heard_of(canary);
    if (is_known && !stable->steady && !canary->steady) aftermath->is_on = true;
    if (!aftermath->is_on) return;
    if (!stable->steady) {
        aftermath->stable_ns = 0;
    } else if (aftermath->stable_ns == 0) {
        aftermath->stable_ns = now_ns;
    }
    bool is_well = stable->steady && canary->steady;
    bool is_late = stable->steady && now_ns - aftermath->stable_ns >= AFTERMATH_MOST_NS;
    if (is_well || is_late || !is_known) *aftermath = (struct aftermath){0};
}

enum canary_fault aftermath_fault(
    const struct aftermath *aftermath, const struct instances_sight *stable,
    const struct instances_sight *canary) {
    if (aftermath->is_on) return CANARY_SOUND;
    if (canary->crashing && !stable->crashing) return CANARY_CRASHES;
    bool is_alone = stable->count == 0 || stable->steady;
    return canary->gone && is_alone ? CANARY_NOT_READY : CANARY_SOUND;
}

const char *aftermath_words(const struct aftermath *aftermath) {
    return aftermath->stable_ns == 0
               ? "stable itself fails, and so does the canary: what both need is down"
               : "what both versions need was down: the canary is not well again yet";
}
