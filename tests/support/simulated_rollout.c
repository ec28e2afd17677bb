/* SPDX-License-Identifier: MIT */
#include "support/simulated_rollout.h"

#include "core/weight.h"
#include "support/observed.h"

enum {
    SECOND_MS = 1000,
    LOOK_MS = 10 * SECOND_MS,
    MINUTE_MS = 60 * SECOND_MS,
    OUTAGE_FROM_MS = 150 * SECOND_MS,
    OUTAGE_TO_MS = 450 * SECOND_MS,
};

void simulated_rollout_begin(
    struct simulated_rollout *rollout, const struct rollout_rules *rules) {
    evidence_init(&rollout->evidence, rules);
    rollout->now_ms = rollout->in_step_ms = 0;
    rollout->due = 0;
    rollout->canary_requests = rollout->canary_failures = 0;
    rollout->others = (struct threshold_rules){0};
}

static double rate_of(const struct simulated_rollout *rollout, enum arm arm) {
    bool is_out = rollout->outage_rate > 0 && rollout->in_step_ms >= OUTAGE_FROM_MS &&
                  rollout->in_step_ms < OUTAGE_TO_MS;
    if (is_out) return rollout->outage_rate;
    return arm == ARM_CANARY ? rollout->canary_rate : rollout->stable_rate;
}

static enum decision_kind look(
    const struct simulated_rollout *rollout, uint32_t weight_bp, uint32_t next_bp) {
    const struct decision_moment moment = {
        .in_step_ms = rollout->in_step_ms,
        .weight_bp = weight_bp,
        .next_bp = next_bp,
        .is_ready = true};
    return decision_make(&rollout->evidence, &moment).kind;
}

/* A request, and whether it is a failure of the canary. */
static bool ask(
    struct simulated_rollout *rollout, uint32_t weight_bp, struct trials *minute) {
    bool on_canary = random_unit(&rollout->random) < weight_ratio(weight_bp);
    enum arm arm = on_canary ? ARM_CANARY : ARM_STABLE;
    bool failed = random_unit(&rollout->random) < rate_of(rollout, arm);
    struct observation seen =
        observed(arm, weight_bp, 0, failed ? HARM_BIT(HARM_ERRORS) : 0);
    seen.latency_us = (uint64_t)random_lognormal(&rollout->random, 1e6, 0.8);
    evidence_add(&rollout->evidence, &seen);
    minute[arm].count++;
    minute[arm].failures += failed;
    rollout->canary_requests += on_canary;
    rollout->canary_failures += on_canary && failed;
    return on_canary && failed;
}

/* A second; whether something came that should be looked at. */
static bool go_on(
    struct simulated_rollout *rollout, uint32_t weight_bp, struct trials *minute) {
    bool must_look = false;
    rollout->due += rollout->requests_per_s;
    while (rollout->due >= 1) {
        if (ask(rollout, weight_bp, minute)) must_look = true;
        rollout->due -= 1;
    }
    rollout->in_step_ms += SECOND_MS;
    rollout->now_ms += SECOND_MS;
    if (rollout->in_step_ms % MINUTE_MS == 0) {
        threshold_rules_on_minute(
            &rollout->others, &minute[ARM_CANARY], &minute[ARM_STABLE]);
        minute[ARM_CANARY] = minute[ARM_STABLE] = (struct trials){0};
    }
    return must_look || rollout->in_step_ms % LOOK_MS == 0;
}

enum decision_kind simulated_rollout_step(
    struct simulated_rollout *rollout, uint32_t weight_bp, uint32_t next_bp) {
    struct trials minute[ARM_COUNT] = {{0}};
    enum decision_kind first = DECISION_WATCH;
    rollout->in_step_ms = 0;
    evidence_start_step(&rollout->evidence, weight_bp);
    while (rollout->in_step_ms < rollout->evidence.rules.most_ms) {
        if (!go_on(rollout, weight_bp, minute) || first != DECISION_WATCH) continue;
        enum decision_kind kind = look(rollout, weight_bp, next_bp);
        if (kind == DECISION_FREEZE) continue;
        first = kind;
        if (first != DECISION_WATCH && !rollout->runs_on) break;
    }
    return first == DECISION_WATCH ? DECISION_INCONCLUSIVE : first;
}

enum decision_kind simulated_rollout_run(struct simulated_rollout *rollout) {
    static const uint32_t steps_bp[] = {500, 2500, 5000, WEIGHT_ALL_BP};
    for (size_t i = 0; i < 3; i++) {
        enum decision_kind kind =
            simulated_rollout_step(rollout, steps_bp[i], steps_bp[i + 1]);
        if (kind != DECISION_PROMOTE) return kind;
    }
    return DECISION_PROMOTE;
}
