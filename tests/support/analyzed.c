/* SPDX-License-Identifier: MIT */
#include "support/analyzed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "support/observed.h"
#include "support/rollout_inputs.h"

enum { BEFORE = 200, SECOND_MS = 1000 };

static const int64_t first_ms = 1795746903000; /* 2026-11-27 02:35:03 */

struct analyzed *analyzed_new(void) {
    struct analyzed *analyzed = memory_new(sizeof *analyzed);
    analyzed->plan = analyzed->asked = inputs_plan();
    analyzed->now_ms = first_ms;
    return analyzed;
}

void analyzed_take(struct analyzed *analyzed, struct rollout_input input) {
    input.at_ms = analyzed->now_ms;
    rollout_case_take(&analyzed->live, &input);
    assert_true(rollout_analysis_take(&analyzed->analysis, &input));
}

static void see(
    struct analyzed *analyzed, enum arm arm, uint32_t weight_bp,
    const struct trials *trials) {
    for (uint64_t i = 0; i < trials->count; i++) {
        uint32_t failed = i < trials->failures ? HARM_BIT(HARM_ERRORS) : 0;
        struct observation seen = observed(arm, weight_bp, ++analyzed->user, failed);
        seen.latency_us = 500000;
        analyzed_take(analyzed, input_outcome(&seen));
    }
}

static uint32_t weight_of(const struct analyzed *analyzed) {
    return analyzed->plan.steps[analyzed->step].weight_bp;
}

static void begin_step(struct analyzed *analyzed) {
    analyzed->clock_ns = 0;
    analyzed_take(analyzed, input_transition(ROLLOUT_RAISING, analyzed->step, "go on"));
    analyzed_take(analyzed, input_step(weight_of(analyzed)));
    analyzed_take(analyzed, input_transition(ROLLOUT_WATCHING, analyzed->step, "set"));
}

void analyzed_begin(struct analyzed *analyzed) {
    rollout_case_init(&analyzed->live, &analyzed->plan, true);
    rollout_analysis_init(&analyzed->analysis, &analyzed->plan, &analyzed->asked, true);
    see(analyzed, ARM_STABLE, 0, &(struct trials){BEFORE, 0});
    begin_step(analyzed);
}

static void go_back(struct analyzed *analyzed, const char *why) {
    analyzed->is_over = true;
    analyzed->backed = analyzed->live.evidence.harms[HARM_ERRORS].all[ARM_CANARY].count;
    text_copy_cut(analyzed->why, sizeof analyzed->why, why);
    analyzed_take(
        analyzed, input_transition(ROLLOUT_ROLLING_BACK, analyzed->step, why));
    analyzed_take(analyzed, input_transition(ROLLOUT_ROLLED_BACK, analyzed->step, why));
}

static void go_on(struct analyzed *analyzed, const char *why) {
    if (analyzed->step + 1 < analyzed->plan.step_count) {
        analyzed->step++;
        begin_step(analyzed);
        return;
    }
    analyzed->is_over = true;
    analyzed_take(analyzed, input_transition(ROLLOUT_DONE, analyzed->step, why));
    analyzed_take(
        analyzed, input_transition(ROLLOUT_FINALIZING, analyzed->step, "end"));
    analyzed_take(analyzed, input_transition(ROLLOUT_DONE, analyzed->step, "end"));
}

void analyzed_second(
    struct analyzed *analyzed, const struct trials *canary,
    const struct trials *stable) {
    struct rollout_input input = input_moment(analyzed->step, analyzed->clock_ns);
    analyzed->now_ms += SECOND_MS;
    see(analyzed, ARM_CANARY, weight_of(analyzed), canary);
    see(analyzed, ARM_STABLE, weight_of(analyzed), stable);
    input.at_ms = analyzed->now_ms;
    input.moment.unclocked_ns = NS_PER_S;
    const struct rollout_sight sight =
        rollout_case_decide(&analyzed->live, &input.moment);
    analyzed_take(analyzed, input);
    analyzed->clock_ns += NS_PER_S;
    const struct rollout_turn turn =
        rollout_moment_turn(&input.moment, &analyzed->plan, &sight);
    if (turn.phase == ROLLOUT_ROLLING_BACK) {
        go_back(analyzed, sight.words);
    } else if (turn.phase != ROLLOUT_WATCHING && !analyzed->plan.manual) {
        go_on(analyzed, sight.words);
    }
}
