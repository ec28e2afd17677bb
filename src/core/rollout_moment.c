/* SPDX-License-Identifier: MIT */
#include "core/rollout_moment.h"

#include "base/panic.h"

/* Ages are counted back from here: no rollout is as old as that. */
#define THEN_NS (UINT64_C(1) << 62)

static uint32_t next_weight(const struct rollout *rollout) {
    const struct rollout_plan *plan = &rollout->plan;
    uint32_t next = rollout->step + 1;
    if (next >= plan->step_count) next = plan->step_count - 1;
    return plan->steps[next].weight_bp;
}

static bool is_watched_blindly(const struct rollout *rollout) {
    return rollout->phase == ROLLOUT_WATCHING && !rollout->reading.known;
}

struct rollout_moment rollout_moment_of(
    const struct rollout *rollout, uint64_t now_ns) {
    return (struct rollout_moment){
        .phase = rollout->phase,
        .held_at = rollout->held_at,
        .hold = rollout->hold,
        .step = rollout->step,
        .weight_bp = rollout->wanted_bp,
        .next_bp = next_weight(rollout),
        .clock_ns = rollout->clock_ns,
        .unclocked_ns = now_ns - rollout->clocked_ns,
        .blind_ns = rollout->blind_ns == 0 ? 0 : now_ns - rollout->blind_ns,
        .has_drifted = rollout->drifted || is_watched_blindly(rollout),
    };
}

struct rollout_turn rollout_moment_turn(
    const struct rollout_moment *moment, const struct rollout_plan *plan,
    const struct rollout_sight *sight) {
    ensure(moment->step < plan->step_count);
    struct rollout rollout = {
        .plan = *plan,
        .phase = moment->phase,
        .held_at = moment->held_at,
        .hold = moment->hold,
        .step = moment->step,
        .wanted_bp = moment->weight_bp,
        .drifted = moment->has_drifted,
        .reading = {.known = !moment->has_drifted},
        .clock_ns = moment->clock_ns,
        .clocked_ns = THEN_NS - moment->unclocked_ns,
        .blind_ns = moment->blind_ns == 0 ? 0 : THEN_NS - moment->blind_ns,
    };
    rollout.plan.manual = false;
    rollout_on_sight(&rollout, sight, THEN_NS);
    return (struct rollout_turn){rollout.phase, rollout.hold};
}

#define AT(member) RECORD_AT(struct rollout_moment, member)
static const struct record_field fields[] = {
    {RECORD_COUNT, AT(phase), .most = ROLLOUT_PHASE_COUNT - 1},
    {RECORD_COUNT, AT(held_at), .most = ROLLOUT_PHASE_COUNT - 1},
    {RECORD_COUNT, AT(hold), .most = ROLLOUT_HOLD_COUNT - 1},
    {RECORD_COUNT, AT(step), .most = ROLLOUT_STEPS_MAX - 1},
    {RECORD_COUNT, AT(weight_bp), .most = ROLLOUT_BASIS_POINTS},
    {RECORD_COUNT, AT(next_bp), .most = ROLLOUT_BASIS_POINTS},
    {RECORD_COUNT, AT(clock_ns), .most = THEN_NS - 1},
    {RECORD_COUNT, AT(unclocked_ns), .most = THEN_NS - 1},
    {RECORD_COUNT, AT(blind_ns), .most = THEN_NS - 1},
    {RECORD_COUNT, AT(data_age_ms)},
    {RECORD_COUNT, AT(contradicts), .most = 1},
    {RECORD_COUNT, AT(is_ready), .most = 1},
    {RECORD_COUNT, AT(is_gone), .most = 1},
    {RECORD_COUNT, AT(is_shaken), .most = 1},
    {RECORD_COUNT, AT(has_drifted), .most = 1},
    {RECORD_COUNT, AT(decision), .most = DECISION_COUNT - 1},
    {RECORD_REAL, AT(evidence)},
};
#undef AT

const struct record rollout_moment_record = RECORD_OF(struct rollout_moment, fields);
