/* SPDX-License-Identifier: MIT */
#include "core/crash_loop.h"

void crash_loop_add(struct crash_loop *loop, uint64_t now_ns) {
    loop->ends_ns[loop->count++ % CRASH_LOOP_ENDS] = now_ns;
}

bool crash_loop_is_on(const struct crash_loop *loop, uint64_t now_ns) {
    if (loop->count < CRASH_LOOP_ENDS) return false;
    uint64_t oldest_ns = loop->ends_ns[loop->count % CRASH_LOOP_ENDS];
    return now_ns - oldest_ns < CRASH_LOOP_NS;
}
