/* SPDX-License-Identifier: MIT */
#include "probes/round.h"

#include <string.h>

#include "base/panic.h"

void round_hear(struct round *round, uint32_t member, bool answered) {
    ensure(member < ROUND_MEMBERS_MAX);
    round->heard[member] = true;
    round->answered[member] = answered;
}

bool round_complete(struct round *round, uint32_t member_count) {
    for (uint32_t i = 0; i < member_count; i++) {
        if (round->answered[i] && !round->heard[i]) return false;
    }
    memset(round->heard, 0, sizeof round->heard);
    return true;
}
