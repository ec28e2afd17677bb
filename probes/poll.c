/* SPDX-License-Identifier: MIT */
#include "probes/poll.h"

#include "base/units.h"
#include "io/loop.h"

enum {
    JITTER_SHARE = 20,    /* a twentieth of the interval, either way */
    FAILURES_PATIENT = 3, /* after so many the interval is stretched, */
    STRETCH = 2,          /* at most by that: what comes back is seen soon */
    GRID_SHARE = 4,       /* a quarter of the interval is the grid of due times */
};

#define FIRST_DELAY_MAX_NS (50 * NS_PER_MS)
#define TIMEOUT_MIN_NS     (500 * NS_PER_MS)
#define TIMEOUT_MAX_NS     (5 * NS_PER_S)
#define SLOW_MIN_NS        NS_PER_S
#define FRESH_MIN_NS       (2 * NS_PER_S)

static void on_time(void *owner, uint64_t now_ns) {
    struct poll *poll = owner;
    poll->timer = NULL;
    poll->asked_ns = now_ns;
    poll->on_due(poll->owner);
}

void poll_start(
    struct poll *poll, struct probe_context *context, uint64_t interval_ns,
    poll_due_fn on_due, void *owner) {
    *poll = (struct poll){
        .context = context,
        .interval_ns = interval_ns,
        .on_due = on_due,
        .owner = owner,
    };
    uint64_t delay_ns = random_below(&context->random, FIRST_DELAY_MAX_NS);
    poll->timer = loop_after(context->loop, delay_ns, on_time, poll);
}

/* Due times fall on a grid: polls that are due together wake the program once. */
static void wait_until(struct poll *poll, uint64_t due_ns) {
    struct loop *loop = poll->context->loop;
    uint64_t now_ns = loop_now_ns(loop);
    uint64_t grid_ns = poll->interval_ns / GRID_SHARE;
    if (grid_ns > 0) due_ns = (due_ns + grid_ns - 1) / grid_ns * grid_ns;
    uint64_t delay_ns = due_ns > now_ns ? due_ns - now_ns : 0;
    poll->timer = loop_after(loop, delay_ns, on_time, poll);
}

static uint64_t wait_ns(struct poll *poll) {
    struct random *random = &poll->context->random;
    uint64_t interval_ns = poll->interval_ns;
    if (poll->failures > FAILURES_PATIENT) {
        interval_ns += random_below(random, (STRETCH - 1) * interval_ns);
    }
    uint64_t jitter_ns = interval_ns / JITTER_SHARE;
    return interval_ns - jitter_ns + random_below(random, 2 * jitter_ns + 1);
}

void poll_done(struct poll *poll, bool answered) {
    poll->failures = answered ? 0 : poll->failures + 1;
    wait_until(poll, poll->asked_ns + wait_ns(poll));
}

void poll_stop(struct poll *poll) {
    loop_timer_free(poll->timer);
    poll->timer = NULL;
}

bool poll_is_fresh(struct poll *poll, uint32_t every) {
    bool early = poll->fresh_ns > 0 && (++poll->since_fresh < every ||
                                        poll->asked_ns - poll->fresh_ns < FRESH_MIN_NS);
    if (early) return false;
    poll->fresh_ns = poll->asked_ns;
    poll->since_fresh = 0;
    return true;
}

uint64_t poll_slow_ns(uint64_t interval_ns) {
    return interval_ns > SLOW_MIN_NS ? interval_ns : SLOW_MIN_NS;
}

uint64_t poll_timeout_ns(const struct poll *poll) {
    uint64_t timeout_ns = poll->interval_ns;
    if (timeout_ns < TIMEOUT_MIN_NS) timeout_ns = TIMEOUT_MIN_NS;
    return timeout_ns < TIMEOUT_MAX_NS ? timeout_ns : TIMEOUT_MAX_NS;
}
