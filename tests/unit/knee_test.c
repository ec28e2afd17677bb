/* SPDX-License-Identifier: MIT */
#include "core/knee.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/random.h"

/* A service that keeps its gates up to `truth`. */
static struct knee search(double start, double truth, double most) {
    struct knee knee;
    knee_init(&knee, start, 1, most);
    while (knee_on_step(&knee, knee.rate <= truth ? VERDICT_PASS : VERDICT_FAIL)) {
        assert_in_range((uintmax_t)knee.rate, 1, (uintmax_t)most);
    }
    return knee;
}

static void a_knee_is_found_within_its_precision(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 9);
    for (unsigned i = 0; i < 2000; i++) {
        double truth = random_lognormal(&random, 300, 2);
        double start = random_lognormal(&random, 100, 1);
        if (truth < 2 || truth > 90000) continue;
        const struct knee knee = search(start, truth, 100000);
        assert_int_equal(knee.end, KNEE_FOUND);
        assert_true(knee.kept <= truth && truth < knee.broken);
        assert_true(knee.broken <= knee.kept * 1.05 + 1e-9);
        assert_in_range(knee.steps, 2, KNEE_STEPS_MAX);
    }
}

static void a_service_that_holds_everything_has_its_knee_above(void **state) {
    (void)state;
    const struct knee knee = search(100, 1e9, 5000);
    assert_int_equal(knee.end, KNEE_ABOVE);
    assert_true(knee.kept > 4999 && knee.kept < 5001);
}

static void a_service_that_holds_nothing_has_its_knee_below(void **state) {
    (void)state;
    const struct knee knee = search(100, 0, 5000);
    assert_int_equal(knee.end, KNEE_BELOW);
    assert_false(knee.kept > 0);
}

static void a_step_that_says_nothing_ends_the_search(void **state) {
    (void)state;
    struct knee knee;
    knee_init(&knee, 100, 1, 1000);
    assert_true(knee_on_step(&knee, VERDICT_PASS));
    assert_false(knee_on_step(&knee, VERDICT_INCONCLUSIVE));
    assert_int_equal(knee.end, KNEE_LIMITED);
    assert_true(knee.kept > 99 && knee.kept < 101);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_knee_is_found_within_its_precision),
        cmocka_unit_test(a_service_that_holds_everything_has_its_knee_above),
        cmocka_unit_test(a_service_that_holds_nothing_has_its_knee_below),
        cmocka_unit_test(a_step_that_says_nothing_ends_the_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
