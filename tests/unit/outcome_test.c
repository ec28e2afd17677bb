/* SPDX-License-Identifier: MIT */
#include "agent/outcome.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void outcome_failed_means_that_the_user_got_no_answer(void **state) {
    (void)state;
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        enum outcome outcome = (enum outcome)i;
        assert_int_equal(outcome_failed(outcome), outcome_status(outcome) >= 500);
        assert_true(strlen(outcome_name(outcome)) > 0);
    }
    assert_false(outcome_failed(OUTCOME_TRUNCATED));
    assert_true(outcome_failed(OUTCOME_RATE_LIMITED));
    assert_string_equal(outcome_name(OUTCOME_OVERLOADED), "model_overloaded");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcome_failed_means_that_the_user_got_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
