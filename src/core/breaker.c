/* SPDX-License-Identifier: MIT */
#include "core/breaker.h"

#include <string.h>

#include "base/panic.h"
#include "base/units.h"

enum { DOUBLINGS_MAX = 20 };

const char *breaker_state_name(enum breaker_state state) {
    static const char *const names[BREAKER_STATES] = {"closed", "half_open", "open"};
    return names[state];
}

struct breaker_config breaker_config_default(void) {
    return (struct breaker_config){
        .failure_threshold = 5,
        .calls_least = 10,
        .failure_share = 0.5,
        .slow_share = 0.8,
        .slow_ns = 20 * NS_PER_S,
        .timeout_ns = 5 * NS_PER_S,
        .timeout_max_ns = 60 * NS_PER_S,
        .jitter = 0.2,
        .success_threshold = 3};
}

void breaker_init(struct breaker *breaker, const struct breaker_config *config) {
    ensure(config->failure_threshold > 0 && config->success_threshold > 0);
    *breaker = (struct breaker){.config = *config};
}

static void enter(struct breaker *breaker, enum breaker_state state) {
    breaker->state = state;
    breaker->epoch++;
    breaker->failures = 0;
    breaker->successes = 0;
    breaker->probing = false;
}

static void open_up(struct breaker *breaker, uint64_t now_ns, double chance) {
    const struct breaker_config *config = &breaker->config;
    uint32_t doublings =
        breaker->trips < DOUBLINGS_MAX ? breaker->trips : DOUBLINGS_MAX;
    uint64_t open_ns = config->timeout_ns;
    for (uint32_t i = 0; i < doublings && open_ns < config->timeout_max_ns; i++) {
        open_ns *= 2;
    }
    if (open_ns > config->timeout_max_ns) open_ns = config->timeout_max_ns;
    double factor = 1 + config->jitter * (2 * chance - 1);
    breaker->open_ns = (uint64_t)((double)open_ns * factor);
    breaker->opened_ns = now_ns;
    breaker->trips++;
    enter(breaker, BREAKER_OPEN);
}

/* What was before it opened says nothing about what is now. */
static void close_down(struct breaker *breaker) {
    breaker->trips = 0;
    breaker->last_count = 0;
    memset(breaker->seconds, 0, sizeof breaker->seconds);
    enter(breaker, BREAKER_CLOSED);
}

uint64_t breaker_left_ns(const struct breaker *breaker, uint64_t now_ns) {
    if (breaker->state != BREAKER_OPEN) return 0;
    uint64_t age_ns = now_ns - breaker->opened_ns;
    return age_ns < breaker->open_ns ? breaker->open_ns - age_ns : 0;
}

bool breaker_advance(struct breaker *breaker, uint64_t now_ns) {
    if (breaker->state != BREAKER_OPEN) return false;
    if (breaker_left_ns(breaker, now_ns) > 0) return false;
    enter(breaker, BREAKER_HALF_OPEN);
    return true;
}

bool breaker_on_hint(struct breaker *breaker) {
    if (breaker->state != BREAKER_OPEN) return false;
    enter(breaker, BREAKER_HALF_OPEN);
    return true;
}

bool breaker_allows(
    struct breaker *breaker, uint64_t now_ns, struct breaker_call *call) {
    breaker_advance(breaker, now_ns);
    bool is_probe = breaker->state == BREAKER_HALF_OPEN;
    if (breaker->state == BREAKER_OPEN || (is_probe && breaker->probing)) return false;
    breaker->probing = is_probe;
    *call = (struct breaker_call){
        .started_ns = now_ns, .epoch = breaker->epoch, .is_probe = is_probe};
    return true;
}

static void add(struct breaker_tally *tally, const struct breaker_tally *call) {
    tally->calls += call->calls;
    tally->failures += call->failures;
    tally->slow += call->slow;
}

/* Empties the seconds that have come since the last call. */
static struct breaker_tally *second_at(struct breaker *breaker, uint64_t now_ns) {
    uint64_t second = now_ns / NS_PER_S;
    uint64_t gone = second - breaker->second;
    if (gone > BREAKER_SECONDS) gone = BREAKER_SECONDS;
    for (uint64_t i = 0; i < gone; i++) {
        breaker->seconds[(second - i) % BREAKER_SECONDS] = (struct breaker_tally){0};
    }
    breaker->second = second;
    return &breaker->seconds[second % BREAKER_SECONDS];
}

static void remember(
    struct breaker *breaker, const struct breaker_tally *call, uint64_t now_ns) {
    add(second_at(breaker, now_ns), call);
    breaker->last[breaker->last_next] = *call;
    breaker->last_next = (breaker->last_next + 1) % BREAKER_LAST;
    if (breaker->last_count < BREAKER_LAST) breaker->last_count++;
}

static struct breaker_tally window(const struct breaker *breaker) {
    struct breaker_tally recent = {0};
    struct breaker_tally last = {0};
    for (size_t i = 0; i < BREAKER_SECONDS; i++) add(&recent, &breaker->seconds[i]);
    uint32_t oldest = breaker->last_next + BREAKER_LAST - breaker->last_count;
    for (uint32_t i = 0; i < breaker->last_count; i++) {
        add(&last, &breaker->last[(oldest + i) % BREAKER_LAST]);
    }
    return recent.calls > last.calls ? recent : last;
}

static bool is_too_much(const struct breaker *breaker) {
    const struct breaker_config *config = &breaker->config;
    if (breaker->failures >= config->failure_threshold) return true;
    struct breaker_tally all = window(breaker);
    if (all.calls == 0 || all.calls < config->calls_least) return false;
    return all.failures >= config->failure_share * all.calls ||
           all.slow >= config->slow_share * all.calls;
}

/* A slow answer would only open it again. */
static bool on_probed(
    struct breaker *breaker, const struct breaker_tally *probe, uint64_t now_ns,
    double chance) {
    breaker->probing = false;
    if (probe->failures > 0 || (probe->slow > 0 && breaker->config.slow_share <= 1)) {
        open_up(breaker, now_ns, chance);
        return true;
    }
    if (++breaker->successes < breaker->config.success_threshold) return false;
    close_down(breaker);
    return true;
}

bool breaker_on_end(
    struct breaker *breaker, const struct breaker_call *call, enum breaker_end end,
    uint64_t now_ns, double chance) {
    /* What began before the last change of state is an answer to an old question. */
    if (call->epoch != breaker->epoch) return false;
    if (end == BREAKER_NEUTRAL) {
        if (call->is_probe) breaker->probing = false;
        return false;
    }
    bool has_failed = end == BREAKER_FAILURE;
    struct breaker_tally tally = {
        .calls = 1,
        .failures = has_failed,
        .slow = now_ns - call->started_ns > breaker->config.slow_ns};
    if (call->is_probe) return on_probed(breaker, &tally, now_ns, chance);
    remember(breaker, &tally, now_ns);
    breaker->failures = has_failed ? breaker->failures + 1 : 0;
    /* Good news opens nothing. */
    bool is_bad = has_failed || tally.slow > 0;
    if (!is_bad || !is_too_much(breaker)) return false;
    open_up(breaker, now_ns, chance);
    return true;
}
