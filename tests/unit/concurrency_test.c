/* SPDX-License-Identifier: MIT */
#include "core/concurrency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void succeed(struct concurrency *concurrency, uint32_t times) {
    for (uint32_t i = 0; i < times; i++) {
        concurrency_on_success(concurrency, concurrency->limit);
    }
}

static void concurrency_grows_by_one_a_window(void **state) {
    (void)state;
    struct concurrency concurrency;
    concurrency_init(&concurrency, 6);
    assert_int_equal(concurrency.limit, 4);
    succeed(&concurrency, 3);
    assert_int_equal(concurrency.limit, 4);
    succeed(&concurrency, 1);
    assert_int_equal(concurrency.limit, 5);
    succeed(&concurrency, 5);
    assert_int_equal(concurrency.limit, 6);
    succeed(&concurrency, 100);
    assert_int_equal(concurrency.limit, 6);
}

static void concurrency_does_not_grow_unused(void **state) {
    (void)state;
    struct concurrency concurrency;
    concurrency_init(&concurrency, 16);
    for (int i = 0; i < 100; i++) concurrency_on_success(&concurrency, 3);
    assert_int_equal(concurrency.limit, 4);
}

static void concurrency_is_halved_once_for_one_piece_of_news(void **state) {
    (void)state;
    struct concurrency concurrency;
    concurrency_init(&concurrency, 16);
    succeed(&concurrency, 4 + 5 + 6 + 7);
    assert_int_equal(concurrency.limit, 8);
    /* Eight that were out at once. */
    for (uint64_t i = 0; i < 8; i++) {
        concurrency_on_overload(&concurrency, 100 + i, 200 + i);
    }
    assert_int_equal(concurrency.limit, 4);
    concurrency_on_overload(&concurrency, 210, 300);
    assert_int_equal(concurrency.limit, 2);
    for (uint64_t i = 1; i < 9; i++) {
        concurrency_on_overload(&concurrency, 300 * i, 300 * (i + 1));
    }
    assert_int_equal(concurrency.limit, 1);
    succeed(&concurrency, 1);
    assert_int_equal(concurrency.limit, 2);
}

static void concurrency_starts_no_higher_than_it_may(void **state) {
    (void)state;
    struct concurrency concurrency;
    concurrency_init(&concurrency, 1);
    assert_int_equal(concurrency.limit, 1);
    succeed(&concurrency, 10);
    concurrency_on_overload(&concurrency, 1, 2);
    assert_int_equal(concurrency.limit, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(concurrency_grows_by_one_a_window),
        cmocka_unit_test(concurrency_does_not_grow_unused),
        cmocka_unit_test(concurrency_is_halved_once_for_one_piece_of_news),
        cmocka_unit_test(concurrency_starts_no_higher_than_it_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
