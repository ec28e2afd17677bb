/* SPDX-License-Identifier: MIT */
#include "core/sojourn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/units.h"

static const uint64_t start_ns = 1000 * NS_PER_S;

static void sojourn_forgives_a_burst(void **state) {
    (void)state;
    struct sojourn sojourn = sojourn_default();
    for (uint64_t i = 0; i < 9; i++) {
        assert_false(
            sojourn_on_leave(&sojourn, (9 - i) * NS_PER_S, start_ns + i * NS_PER_S));
    }
    assert_false(sojourn_on_leave(&sojourn, NS_PER_S, start_ns + 9 * NS_PER_S));
    /* It begins anew. */
    assert_false(sojourn_on_leave(&sojourn, 5 * NS_PER_S, start_ns + 12 * NS_PER_S));
    assert_false(sojourn_on_leave(&sojourn, 5 * NS_PER_S, start_ns + 21 * NS_PER_S));
    assert_true(sojourn_on_leave(&sojourn, 5 * NS_PER_S, start_ns + 22 * NS_PER_S));
}

static void sojourn_sees_a_queue_that_stands(void **state) {
    (void)state;
    struct sojourn sojourn = sojourn_default();
    for (uint64_t i = 0; i < 40; i++) {
        uint64_t now_ns = start_ns + i * NS_PER_S / 2;
        bool stands = sojourn_on_leave(&sojourn, 3 * NS_PER_S, now_ns);
        assert_int_equal(stands, i >= 20);
    }
    assert_false(sojourn_on_leave(&sojourn, NS_PER_S / 2, start_ns + 20 * NS_PER_S));
}

static void sojourn_ends_with_the_queue(void **state) {
    (void)state;
    struct sojourn sojourn = sojourn_default();
    assert_false(sojourn_on_leave(&sojourn, 3 * NS_PER_S, start_ns));
    sojourn_on_empty(&sojourn);
    assert_false(sojourn_on_leave(&sojourn, 3 * NS_PER_S, start_ns + 11 * NS_PER_S));
    assert_true(sojourn_on_leave(&sojourn, 3 * NS_PER_S, start_ns + 21 * NS_PER_S));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sojourn_forgives_a_burst),
        cmocka_unit_test(sojourn_sees_a_queue_that_stands),
        cmocka_unit_test(sojourn_ends_with_the_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
