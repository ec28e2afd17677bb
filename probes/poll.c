/* SPDX-License-Identifier: MIT */
#include "probes/poll.h"

#include "base/units.h"
#include "io/loop.h"

#define TIMEOUT_MIN_NS (500 * NS_PER_MS)
#define TIMEOUT_MAX_NS (5 * NS_PER_S)
#define SLOW_MIN_NS    NS_PER_S
#define FRESH_MIN_NS   (3 * NS_PER_S)

static void on_time(void *owner, uint64_t now_ns) {
    struct poll *poll = owner;
    poll->timer = NULL;
    poll->asked_ns = now_ns;
    poll->on_due(poll->owner);
}

static void wait_until_due(struct poll *poll, uint64_t now_ns) {
    uint64_t due_ns = poll->cadence.due_ns;
    uint64_t delay_ns = due_ns > now_ns ? due_ns - now_ns : 0;
    poll->timer = loop_after(poll->context->loop, delay_ns, on_time, poll);
}

void poll_start(
    struct poll *poll, struct probe_context *context, uint64_t interval_ns,
    poll_due_fn on_due, void *owner) {
    *poll = (struct poll){
        .context = context,
        .cadence = {.origin_ns = context->started_ns},
        .on_due = on_due,
        .owner = owner,
    };
    uint64_t now_ns = loop_clock_ns();
    cadence_start(&poll->cadence, interval_ns, now_ns, &context->random);
    wait_until_due(poll, now_ns);
}

void poll_done(struct poll *poll, bool answered) {
    uint64_t now_ns = loop_clock_ns();
    cadence_on_end(&poll->cadence, answered, now_ns, &poll->context->random);
    wait_until_due(poll, now_ns);
}

void poll_stop(struct poll *poll) {
    loop_timer_free(poll->timer);
    poll->timer = NULL;
}

bool poll_is_fresh(struct poll *poll, uint32_t every) {
    if (poll->context->one_look) return true;
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
    uint64_t timeout_ns = poll->cadence.interval_ns;
    if (timeout_ns < TIMEOUT_MIN_NS) timeout_ns = TIMEOUT_MIN_NS;
    return timeout_ns < TIMEOUT_MAX_NS ? timeout_ns : TIMEOUT_MAX_NS;
}
