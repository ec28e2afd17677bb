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
    assert_true(model_health_usable(&health, NS_PER_S));
    fail_calls(&health, 1, NS_PER_S);
    assert_false(model_health_usable(&health, NS_PER_S));
    assert_string_equal(health.why, "Overloaded");
    model_health_on_call(&health, OUTCOME_SUCCESS, "", 2 * NS_PER_S);
    assert_true(model_health_usable(&health, 2 * NS_PER_S));
}

static void model_health_starts_again_with_every_success(void **state) {
    (void)state;
    struct model_health health = {0};
    fail_calls(&health, 4, 1);
    model_health_on_call(&health, OUTCOME_TRUNCATED, "", 2);
    fail_calls(&health, 4, 3);
    assert_true(model_health_usable(&health, 3));
}

static void model_health_does_not_blame_the_model_for_limits(void **state) {
    (void)state;
    struct model_health health = {0};
    for (int i = 0; i < 20; i++) {
        model_health_on_call(&health, OUTCOME_RATE_LIMITED, "slow down", 1);
    }
    assert_true(model_health_usable(&health, 1));
}

static void model_health_follows_its_checks(void **state) {
    (void)state;
    struct model_health health = {0};
    model_health_on_check(&health, "refused", 1);
    assert_false(model_health_usable(&health, 1));
    model_health_on_check(&health, NULL, 2);
    assert_true(model_health_usable(&health, 2));
}

static void model_health_lets_a_good_check_wait_for_failed_calls(void **state) {
    (void)state;
    struct model_health health = {0};
    fail_calls(&health, 5, NS_PER_S);
    model_health_on_check(&health, NULL, 10 * NS_PER_S);
    assert_false(model_health_usable(&health, 10 * NS_PER_S));
    model_health_on_check(&health, NULL, 32 * NS_PER_S);
    assert_true(model_health_usable(&health, 32 * NS_PER_S));
    fail_calls(&health, 4, 33 * NS_PER_S);
    assert_true(model_health_usable(&health, 33 * NS_PER_S));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(model_health_gives_up_after_five_failures_in_a_row),
        cmocka_unit_test(model_health_starts_again_with_every_success),
        cmocka_unit_test(model_health_does_not_blame_the_model_for_limits),
        cmocka_unit_test(model_health_follows_its_checks),
        cmocka_unit_test(model_health_lets_a_good_check_wait_for_failed_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
