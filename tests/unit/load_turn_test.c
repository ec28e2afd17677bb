/* SPDX-License-Identifier: MIT */
#include "core/load_turn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/units.h"

static int make_plan(void **state) {
    struct load_plan *plan = memory_new(sizeof *plan);
    load_plan_init(plan);
    *state = plan;
    return 0;
}

static int free_plan(void **state) {
    free(*state);
    return 0;
}

static void tasks_come_as_often_as_they_weigh(void **state) {
    struct load_plan *plan = *state;
    struct random random;
    random_seed(&random, 3);
    static const uint32_t weights[] = {3, 0, 2, 1};
    plan->task_count = 4;
    for (int i = 0; i < 4; i++) plan->tasks[i].weight = weights[i];
    unsigned seen[4] = {0};
    for (int i = 0; i < 60000; i++) seen[load_turn_task(plan, &random)]++;
    for (int i = 0; i < 4; i++) {
        assert_in_range(seen[i] + 500, weights[i] * 10000, weights[i] * 10000 + 1000);
    }
}

static void users_think_between_two_times(void **state) {
    struct load_plan *plan = *state;
    struct random random;
    random_seed(&random, 3);
    assert_int_equal(load_turn_next(plan, &random, 5, 70), 70);
    plan->think_min_ns = NS_PER_S;
    plan->think_max_ns = 3 * NS_PER_S;
    uint64_t least_ns = UINT64_MAX, most_ns = 0;
    for (int i = 0; i < 10000; i++) {
        uint64_t next_ns = load_turn_next(plan, &random, 5, 70) - 70;
        if (next_ns < least_ns) least_ns = next_ns;
        if (next_ns > most_ns) most_ns = next_ns;
    }
    assert_in_range(least_ns, NS_PER_S, NS_PER_S + NS_PER_MS);
    assert_in_range(most_ns, 3 * NS_PER_S - NS_PER_MS, 3 * NS_PER_S);
}

static void a_pace_is_kept_while_answers_are_faster(void **state) {
    struct load_plan *plan = *state;
    plan->pacing_ns = NS_PER_S;
    assert_int_equal(load_turn_next(plan, NULL, 5, 70), NS_PER_S + 5);
    assert_int_equal(load_turn_next(plan, NULL, 5, 2 * NS_PER_S), 2 * NS_PER_S);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            tasks_come_as_often_as_they_weigh, make_plan, free_plan),
        cmocka_unit_test_setup_teardown(
            users_think_between_two_times, make_plan, free_plan),
        cmocka_unit_test_setup_teardown(
            a_pace_is_kept_while_answers_are_faster, make_plan, free_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
