/* SPDX-License-Identifier: MIT */
#include "core/outlook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/units.h"

static const uint64_t limit_ns = 10 * NS_PER_S;

static void see(
    struct outlook *outlook, uint64_t at_s, uint64_t waiting, uint64_t finished,
    uint64_t oldest_s) {
    struct outlook_sample sample = {
        .at_ns = (1000 + at_s) * NS_PER_S,
        .waiting = waiting,
        .finished = finished,
        .oldest_ns = oldest_s * NS_PER_S};
    outlook_on_sample(outlook, &sample);
}

static bool is_too_long(const struct outlook *outlook, uint64_t *wait_ns) {
    *wait_ns = 0;
    return outlook_is_too_long(outlook, limit_ns, wait_ns);
}

static void outlook_divides_the_length_by_the_rate(void **state) {
    (void)state;
    struct outlook outlook = {0};
    uint64_t wait_ns = 0;
    assert_false(is_too_long(&outlook, &wait_ns));
    for (uint64_t i = 0; i < 200; i++) {
        see(&outlook, i, 50, 5 * i, 1);
        assert_false(is_too_long(&outlook, &wait_ns));
    }
    see(&outlook, 200, 51, 1000, 1);
    assert_true(is_too_long(&outlook, &wait_ns));
    assert_in_range(wait_ns, NS_PER_S / 10, NS_PER_S / 3);
    see(&outlook, 201, 500, 1005, 1);
    assert_true(is_too_long(&outlook, &wait_ns));
    assert_in_range(wait_ns, 85 * NS_PER_S, 95 * NS_PER_S);
    see(&outlook, 202, 0, 1010, 1);
    assert_false(is_too_long(&outlook, &wait_ns));
}

/* A job a minute is not how fast the workers are. */
static void outlook_takes_no_rate_from_an_empty_queue(void **state) {
    (void)state;
    struct outlook outlook = {0};
    uint64_t wait_ns = 0;
    for (uint64_t i = 0; i < 300; i++) see(&outlook, i, 0, i / 60, 0);
    see(&outlook, 300, 100, 5, 1);
    assert_false(is_too_long(&outlook, &wait_ns));
    see(&outlook, 301, 60, 45, 2);
    see(&outlook, 302, 20, 85, 3);
    assert_false(is_too_long(&outlook, &wait_ns));
}

/* Long jobs end together: a second without any is no standstill. */
static void outlook_waits_for_something_to_finish(void **state) {
    (void)state;
    struct outlook outlook = {0};
    uint64_t wait_ns = 0;
    for (uint64_t i = 0; i < 9; i++) see(&outlook, i, 1000, 0, i);
    assert_false(is_too_long(&outlook, &wait_ns));
    /* But whoever is ahead has waited too long by now. */
    see(&outlook, 12, 1000, 0, 12);
    assert_true(is_too_long(&outlook, &wait_ns));
    assert_int_equal(wait_ns, 2 * NS_PER_S);
}

static void outlook_starts_anew_after_a_gap(void **state) {
    (void)state;
    static const uint64_t next[][2] = {{30, 300}, {10, 0}, {9, 300}};
    for (size_t i = 0; i < 3; i++) {
        struct outlook outlook = {0};
        uint64_t wait_ns = 0;
        for (uint64_t s = 0; s < 10; s++) see(&outlook, s, 1000, 10 * s, 1);
        assert_true(is_too_long(&outlook, &wait_ns));
        see(&outlook, next[i][0], 1000, next[i][1], 1);
        assert_false(is_too_long(&outlook, &wait_ns));
        see(&outlook, 40, 1000, 300, 1);
        outlook_lose(&outlook);
        assert_false(is_too_long(&outlook, &wait_ns));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outlook_divides_the_length_by_the_rate),
        cmocka_unit_test(outlook_takes_no_rate_from_an_empty_queue),
        cmocka_unit_test(outlook_waits_for_something_to_finish),
        cmocka_unit_test(outlook_starts_anew_after_a_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
