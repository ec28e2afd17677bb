/* SPDX-License-Identifier: MIT */
#include "agent/model_health.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/units.h"

static void fail_calls(struct model_health *health, unsigned times, uint64_t now_ns) {
    for (unsigned i = 0; i < times; i++) {
        model_health_on_call(health, OUTCOME_OVERLOADED, "Overloaded", now_ns);
    }
}

static void model_health_gives_up_after_five_failures_in_a_row(void **state) {
    (void)state;
    struct model_health health = {0};
    fail_calls(&health, 4, NS_PER_S);
    assert_true(model_health_usable(&health));
    fail_calls(&health, 1, NS_PER_S);
    assert_false(model_health_usable(&health));
    assert_string_equal(health.why, "Overloaded");
    model_health_on_call(&health, OUTCOME_SUCCESS, "", 2 * NS_PER_S);
    assert_true(model_health_usable(&health));
}

static void model_health_starts_again_with_every_success(void **state) {
    (void)state;
    struct model_health health = {0};
    fail_calls(&health, 4, 1);
    model_health_on_call(&health, OUTCOME_TRUNCATED, "", 2);
    fail_calls(&health, 4, 3);
    assert_true(model_health_usable(&health));
}

static void model_health_does_not_blame_the_model_for_limits(void **state) {
    (void)state;
    struct model_health health = {0};
    for (int i = 0; i < 20; i++) {
        model_health_on_call(&health, OUTCOME_RATE_LIMITED, "slow down", 1);
    }
    assert_true(model_health_usable(&health));
}

static void model_health_follows_its_checks(void **state) {
    (void)state;
    struct model_health health = {0};
    model_health_on_check(&health, "refused", 1);
    assert_false(model_health_usable(&health));
    model_health_on_check(&health, NULL, 2);
    assert_true(model_health_usable(&health));
}

static void model_health_is_cleared_by_a_good_check_without_any_call(void **state) {
    (void)state;
    struct model_health health = {0};
    fail_calls(&health, 5, 10 * NS_PER_S);
    model_health_on_check(&health, "refused", 11 * NS_PER_S);
    model_health_on_check(&health, NULL, 13 * NS_PER_S);
    assert_true(model_health_usable(&health));
    fail_calls(&health, 4, 14 * NS_PER_S);
    assert_true(model_health_usable(&health));
}

static void model_health_does_not_believe_a_check_amid_failing_calls(void **state) {
    (void)state;
    struct model_health health = {0};
    fail_calls(&health, 5, 10 * NS_PER_S);
    model_health_on_check(&health, NULL, 11 * NS_PER_S);
    assert_false(model_health_usable(&health));
    fail_calls(&health, 1, 12 * NS_PER_S);
    model_health_on_check(&health, NULL, 13 * NS_PER_S);
    assert_false(model_health_usable(&health));
    model_health_on_check(&health, NULL, 15 * NS_PER_S);
    assert_true(model_health_usable(&health));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(model_health_gives_up_after_five_failures_in_a_row),
        cmocka_unit_test(model_health_starts_again_with_every_success),
        cmocka_unit_test(model_health_does_not_blame_the_model_for_limits),
        cmocka_unit_test(model_health_follows_its_checks),
        cmocka_unit_test(model_health_is_cleared_by_a_good_check_without_any_call),
        cmocka_unit_test(model_health_does_not_believe_a_check_amid_failing_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
