/* SPDX-License-Identifier: MIT */
#include "core/rollout_moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "core/random.h"
#include "support/rollout_inputs.h"

enum { TRIES = 20000 };

static uint64_t ago(struct random *random, uint64_t now_ns) {
    return random_below(random, 3) == 0 ? 0
                                        : now_ns - random_below(random, 400) * NS_PER_S;
}

static struct rollout any_rollout(struct random *random, uint64_t now_ns) {
    struct rollout rollout = {.plan = inputs_plan()};
    rollout.phase = (enum rollout_phase)random_below(random, ROLLOUT_PHASE_COUNT);
    rollout.held_at = (enum rollout_phase)random_below(random, ROLLOUT_PHASE_COUNT);
    rollout.hold = (enum rollout_hold)random_below(random, ROLLOUT_HOLD_COUNT);
    rollout.step = (uint32_t)random_below(random, rollout.plan.step_count);
    rollout.wanted_bp = random_below(random, 4) == 0 ? 0 : 500;
    rollout.drifted = random_below(random, 6) == 0;
    rollout.clock_ns = random_below(random, 90) * NS_PER_S;
    rollout.clocked_ns = now_ns - random_below(random, 3 * NS_PER_S);
    rollout.blind_ns = ago(random, now_ns);
    return rollout;
}

static struct rollout_sight any_sight(struct random *random) {
    return (struct rollout_sight){
        .fresh = random_below(random, 5) > 0,
        .harmed = random_below(random, 3) == 0,
        .safe = random_below(random, 3) == 0,
        .split_broken = random_below(random, 6) == 0,
        .stable_unwell = random_below(random, 6) == 0,
        .canary_ready = random_below(random, 2) == 0,
        .canary_gone = random_below(random, 8) == 0,
    };
}

/* Whatever it sees, what was recorded of it does what it does itself. One that is over
 * apart: whether it can still be undone is no decision. */
static void a_moment_turns_as_the_rollout_does(void **state) {
    struct random random;
    const uint64_t now_ns = 5000 * NS_PER_S;
    (void)state;
    random_seed(&random, 3);
    for (int i = 0; i < TRIES; i++) {
        struct rollout rollout = any_rollout(&random, now_ns);
        const struct rollout_sight sight = any_sight(&random);
        const struct rollout_moment moment = rollout_moment_of(&rollout, now_ns);
        const struct rollout_turn turn =
            rollout_moment_turn(&moment, &rollout.plan, &sight);
        if (rollout.phase == ROLLOUT_DONE) continue;
        rollout_on_sight(&rollout, &sight, now_ns);
        assert_int_equal(turn.phase, rollout.phase);
        assert_int_equal(turn.hold, rollout.hold);
    }
}

/* What a rule says is asked, and not whether somebody has to agree. */
static void a_step_that_waits_for_a_person_is_promoted_by_the_rule(void **state) {
    struct rollout_plan plan = inputs_plan();
    const struct rollout_sight safe = {
        .fresh = true, .safe = true, .canary_ready = true};
    const struct rollout_input input = input_moment(0, 20 * NS_PER_S);
    (void)state;
    plan.manual = true;
    assert_int_equal(
        rollout_moment_turn(&input.moment, &plan, &safe).phase, ROLLOUT_RAISING);
    plan.hold_each_ns = 30 * NS_PER_S;
    assert_int_equal(
        rollout_moment_turn(&input.moment, &plan, &safe).phase, ROLLOUT_WATCHING);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_turns_as_the_rollout_does),
        cmocka_unit_test(a_step_that_waits_for_a_person_is_promoted_by_the_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
