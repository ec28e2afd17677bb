/* SPDX-License-Identifier: MIT */
#include "support/until.h"

#include "base/units.h"
#include "io/loop.h"

#define LIMIT_NS (20 * NS_PER_S)
#define TURN_NS  (2 * NS_PER_MS)

struct wait {
    struct loop *loop;
    until_fn holds;
    const void *what;
    uint64_t value, start_ns;
};

static void on_turn(void *owner, uint64_t now_ns) {
    struct wait *wait = owner;
    bool late = now_ns - wait->start_ns > LIMIT_NS;
    if (late || wait->holds(wait->what, wait->value)) loop_stop(wait->loop);
}

bool until(struct loop *loop, until_fn holds, const void *what, uint64_t value) {
    struct wait wait = {loop, holds, what, value, loop_clock_ns()};
    struct loop_timer *turn = loop_every(loop, TURN_NS, on_turn, &wait);
    loop_run(loop);
    loop_timer_free(turn);
    return holds(what, value);
}
