/* SPDX-License-Identifier: MIT */
#include "core/crash_loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/units.h"

static void three_ends_within_a_minute_are_a_loop(void **state) {
    (void)state;
    struct crash_loop loop = {0};
    for (uint64_t i = 0; i < 3; i++) {
        assert_false(crash_loop_is_on(&loop, (1 + 20 * i) * NS_PER_S));
        crash_loop_add(&loop, (1 + 20 * i) * NS_PER_S);
    }
    assert_true(crash_loop_is_on(&loop, 41 * NS_PER_S));
    assert_true(crash_loop_is_on(&loop, 60 * NS_PER_S));
    assert_false(crash_loop_is_on(&loop, 61 * NS_PER_S)); /* the first one is past */
}

static void restarts_far_apart_are_none(void **state) {
    (void)state;
    struct crash_loop loop = {0};
    for (uint64_t i = 1; i < 100; i++) {
        crash_loop_add(&loop, 31 * i * NS_PER_S);
        assert_false(crash_loop_is_on(&loop, 31 * i * NS_PER_S));
    }
    assert_int_equal(loop.count, 99);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_ends_within_a_minute_are_a_loop),
        cmocka_unit_test(restarts_far_apart_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
