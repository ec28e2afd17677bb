/* SPDX-License-Identifier: MIT */
#include "core/cadence.h"

#include "base/panic.h"

enum {
    SLOTS = 2,        /* of an interval */
    JITTER_SHARE = 3, /* of an interval, either way: one in four changes its slot */
    FAILURES_PATIENT =
        3, /* after so many the interval is stretched, at most to twice */
};

#define FIRST_DELAY_MAX_NS UINT64_C(50000000)

void cadence_start(
    struct cadence *cadence, uint64_t interval_ns, uint64_t now_ns,
    struct random *random) {
    ensure(interval_ns >= SLOTS);
    uint64_t origin_ns = cadence->origin_ns;
    *cadence = (struct cadence){
        .interval_ns = interval_ns,
        .origin_ns = origin_ns < now_ns ? origin_ns : now_ns,
        .due_ns = now_ns + random_below(random, FIRST_DELAY_MAX_NS),
    };
}

/* The slot nearest to `time_ns` that is still to come. */
static uint64_t slot_near(
    const struct cadence *cadence, uint64_t time_ns, uint64_t now_ns) {
    uint64_t slot_ns = cadence->interval_ns / SLOTS;
    if (time_ns < now_ns) time_ns = now_ns;
    uint64_t slot = (time_ns - cadence->origin_ns + slot_ns / 2) / slot_ns;
    uint64_t due_ns = cadence->origin_ns + slot * slot_ns;
    return due_ns >= now_ns ? due_ns : due_ns + slot_ns;
}

void cadence_on_end(
    struct cadence *cadence, bool answered, uint64_t now_ns, struct random *random) {
    uint64_t wait_ns = cadence->interval_ns;
    cadence->failures = answered ? 0 : cadence->failures + 1;
    if (cadence->failures > FAILURES_PATIENT) {
        wait_ns += random_below(random, cadence->interval_ns);
    }
    uint64_t jitter_ns = cadence->interval_ns / JITTER_SHARE;
    wait_ns = wait_ns - jitter_ns + random_below(random, 2 * jitter_ns + 1);
    cadence->due_ns = slot_near(cadence, cadence->due_ns + wait_ns, now_ns);
}
