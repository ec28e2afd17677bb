/* SPDX-License-Identifier: MIT */
#include "support/rollout_inputs.h"

#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "support/observed.h"

struct rollout_plan inputs_plan(void) {
    return (struct rollout_plan){
        .id = "01M8DQP7Z5HVRTXK5BPX6K5AW6",
        .target = "shop",
        .from = "v1.5.0",
        .to = "v1.6.0",
        .holder = "ann",
        .host = "ops1",
        .step_count = 3,
        .steps = {{500}, {2500}, {10000}},
        .hold_each_ns = 10 * NS_PER_S,
        .max_each_ns = 60 * NS_PER_S,
        .keep_previous_ns = 3600 * NS_PER_S,
        .stale_ns = 15 * NS_PER_S,
        .blind_max_ns = 300 * NS_PER_S,
        .alpha = 0.01,
        .material = 1.5,
        .budget_ratio = 0.1,
    };
}

struct rollout_input input_outcome(const struct observation *seen) {
    return (struct rollout_input){.kind = ROLLOUT_INPUT_OUTCOME, .seen = *seen};
}

struct rollout_input input_step(uint32_t weight_bp) {
    return (struct rollout_input){.kind = ROLLOUT_INPUT_STEP, .step = {weight_bp}};
}

struct rollout_input input_moment(uint32_t step, uint64_t clock_ns) {
    const struct rollout_plan plan = inputs_plan();
    uint32_t next = step + 1 < plan.step_count ? step + 1 : step;
    return (struct rollout_input){
        .kind = ROLLOUT_INPUT_MOMENT,
        .moment = {
            .phase = ROLLOUT_WATCHING,
            .step = step,
            .weight_bp = plan.steps[step].weight_bp,
            .next_bp = plan.steps[next].weight_bp,
            .clock_ns = clock_ns,
            .is_ready = true,
        }};
}

struct rollout_input input_transition(
    enum rollout_phase phase, uint32_t step, const char *reason) {
    struct rollout_input input = {
        .kind = ROLLOUT_INPUT_TRANSITION,
        .transition = {
            .phase = phase,
            .step = step,
            .weight_bp = inputs_plan().steps[step].weight_bp,
            .actor = "auto",
        }};
    text_copy_cut(input.transition.reason, sizeof input.transition.reason, reason);
    return input;
}

static struct rollout_input any_kind(struct random *random) {
    struct rollout_input input = {0};
    switch (random_below(random, 8)) {
    case 0: return input_step((uint32_t)random_below(random, 10001));
    case 1: input.kind = ROLLOUT_INPUT_FORGET; return input;
    case 2: input.kind = ROLLOUT_INPUT_START_OVER; return input;
    case 3:
        input.kind = ROLLOUT_INPUT_COUNTS;
        input.counts = (struct rollout_counts){
            .metric = (enum harm_metric)random_below(random, HARM_METRIC_COUNT),
            .canary = {random_below(random, 100), random_below(random, 3)},
            .stable = {random_below(random, 1000), random_below(random, 9)},
        };
        return input;
    case 4: {
        input = input_moment(
            (uint32_t)random_below(random, 3), random_below(random, 90 * NS_PER_S));
        input.moment.data_age_ms = random_below(random, 2) ? UINT64_MAX : 12;
        input.moment.contradicts = random_below(random, 9) == 0;
        input.moment.evidence = random_unit(random) * 1e300;
        return input;
    }
    case 5: return input_transition(ROLLOUT_HOLD, 1, "somebody says so");
    case 6:
        input.kind = ROLLOUT_INPUT_OVERDUE;
        input.overdue.jobs = random_below(random, 4097);
        return input;
    default: {
        const struct observation seen = observed_any(random, 500);
        return input_outcome(&seen);
    }
    }
}

struct rollout_input input_any(struct random *random, int64_t at_ms) {
    struct rollout_input input = any_kind(random);
    input.at_ms = at_ms + (int64_t)random_below(random, 3000);
    return input;
}

bool input_is(const struct rollout_input *input, const struct rollout_input *other) {
    uint8_t one[ROLLOUT_INPUT_BYTES_MAX], two[ROLLOUT_INPUT_BYTES_MAX];
    struct byte_writer first = byte_writer_in(one, sizeof one);
    struct byte_writer second = byte_writer_in(two, sizeof two);
    rollout_input_put(input, 0, &first);
    rollout_input_put(other, 0, &second);
    return !first.overflow && first.length == second.length &&
           memcmp(one, two, first.length) == 0;
}
