/* SPDX-License-Identifier: MIT */
#include "core/heat_column.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static uint32_t sum_of(const uint16_t rows[HEAT_BUCKETS]) {
    uint32_t sum = 0;
    for (size_t i = 0; i < HEAT_BUCKETS; i++) sum += rows[i];
    return sum;
}

static void counts_stay_inside_their_buckets(void **state) {
    (void)state;
    struct buckets buckets = {0};
    buckets_put(&buckets, 0.1, 0);
    buckets_put(&buckets, 1, 700);
    buckets_put(&buckets, HUGE_VAL, 700);
    uint16_t rows[HEAT_BUCKETS];
    heat_column(&buckets, rows);
    assert_int_equal(sum_of(rows), 700);
    for (unsigned i = 0; i < HEAT_BUCKETS; i++) {
        bool inside = i >= heat_bucket(100.1) && i <= heat_bucket(999);
        assert_int_equal(rows[i] > 0, inside);
    }
}

static void what_is_above_the_highest_bound_stands_behind_it(void **state) {
    (void)state;
    struct buckets buckets = {0};
    buckets_put(&buckets, 1, 0);
    buckets_put(&buckets, HUGE_VAL, 7);
    uint16_t rows[HEAT_BUCKETS];
    heat_column(&buckets, rows);
    assert_int_equal(rows[heat_bucket(1001)], 7);
    assert_int_equal(sum_of(rows), 7);
}

static void nothing_counted_is_an_empty_column(void **state) {
    (void)state;
    struct buckets empty = {0};
    uint16_t rows[HEAT_BUCKETS];
    heat_column(&empty, rows);
    assert_int_equal(sum_of(rows), 0);
}

static void more_than_a_row_can_hold_saturates(void **state) {
    (void)state;
    struct buckets buckets = {0};
    buckets_put(&buckets, 0.001, 1e9);
    uint16_t rows[HEAT_BUCKETS];
    heat_column(&buckets, rows);
    assert_int_equal(rows[0], UINT16_MAX);
    assert_int_equal(sum_of(rows), UINT16_MAX);
}

static void very_long_ones_are_in_the_last_row(void **state) {
    (void)state;
    struct buckets buckets = {0};
    buckets_put(&buckets, 100, 0);
    buckets_put(&buckets, 600, 9);
    buckets_put(&buckets, HUGE_VAL, 10);
    uint16_t rows[HEAT_BUCKETS];
    heat_column(&buckets, rows);
    assert_int_equal(rows[HEAT_BUCKETS - 1], 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_stay_inside_their_buckets),
        cmocka_unit_test(what_is_above_the_highest_bound_stands_behind_it),
        cmocka_unit_test(nothing_counted_is_an_empty_column),
        cmocka_unit_test(more_than_a_row_can_hold_saturates),
        cmocka_unit_test(very_long_ones_are_in_the_last_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
