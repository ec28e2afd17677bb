/* SPDX-License-Identifier: MIT */
#include "core/sojourn.h"

#include "base/units.h"

struct sojourn sojourn_default(void) {
    return (struct sojourn){.target_ns = NS_PER_S, .interval_ns = 10 * NS_PER_S};
}

bool sojourn_on_leave(struct sojourn *sojourn, uint64_t wait_ns, uint64_t now_ns) {
    if (wait_ns <= sojourn->target_ns) {
        sojourn->above_ns = 0;
        return false;
    }
    if (sojourn->above_ns == 0) sojourn->above_ns = now_ns;
    return now_ns - sojourn->above_ns >= sojourn->interval_ns;
}

void sojourn_on_empty(struct sojourn *sojourn) {
    sojourn->above_ns = 0;
}
