/* SPDX-License-Identifier: MIT */
#include "core/buckets.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct buckets book_buckets(void) {
    struct buckets buckets = {0};
    buckets_put(&buckets, 1, 10);
    buckets_put(&buckets, 2, 20);
    buckets_put(&buckets, 5, 20);
    buckets_put(&buckets, HUGE_VAL, 25);
    return buckets;
}

static void percentiles_lie_inside_their_bucket(void **state) {
    (void)state;
    struct buckets buckets = book_buckets();
    assert_float_equal(buckets_quantile(&buckets, 0.2), 0.5, 1e-9);
    assert_float_equal(buckets_quantile(&buckets, 0.4), 1, 1e-9);
    assert_float_equal(buckets_quantile(&buckets, 0.6), 1.5, 1e-9);
    assert_float_equal(buckets_quantile(&buckets, 0.8), 2, 1e-9);
}

static void in_the_open_bucket_the_highest_bound_is_said(void **state) {
    (void)state;
    struct buckets buckets = book_buckets();
    assert_float_equal(buckets_quantile(&buckets, 0.99), 5, 1e-9);
}

static void nothing_counted_has_no_percentile(void **state) {
    (void)state;
    struct buckets empty = {0};
    assert_true(isnan(buckets_quantile(&empty, 0.5)));
    struct buckets zero = {0};
    buckets_put(&zero, 1, 0);
    assert_true(isnan(buckets_quantile(&zero, 0.5)));
    struct buckets open = {0};
    buckets_put(&open, HUGE_VAL, 5);
    assert_true(isnan(buckets_quantile(&open, 0.5)));
}

static void bounds_are_sorted_and_added_up(void **state) {
    (void)state;
    struct buckets buckets = {0};
    buckets_put(&buckets, 5, 3);
    buckets_put(&buckets, 1, 1);
    buckets_put(&buckets, 5, 4);
    assert_int_equal(buckets.count, 2);
    assert_float_equal(buckets.bounds[0], 1, 0);
    assert_float_equal(buckets.counts[1], 7, 0);
    assert_false(buckets_put(&buckets, NAN, 1));
}

static void more_bounds_than_fit_are_refused(void **state) {
    (void)state;
    struct buckets buckets = {0};
    for (int i = 0; i < BUCKETS_MAX; i++) assert_true(buckets_put(&buckets, i, i));
    assert_false(buckets_put(&buckets, 1000, 1));
    assert_true(buckets_put(&buckets, 5, 1));
    assert_int_equal(buckets.count, BUCKETS_MAX);
}

static void falling_counts_are_straightened_and_said(void **state) {
    (void)state;
    struct buckets buckets = {0};
    buckets_put(&buckets, 1, 10);
    buckets_put(&buckets, 2, 4);
    buckets_put(&buckets, 3, 12);
    assert_false(buckets_straighten(&buckets));
    assert_float_equal(buckets.counts[1], 10, 0);
    assert_true(buckets_straighten(&buckets));
}

static void equal_bounds_are_merged_exactly(void **state) {
    (void)state;
    struct buckets sum = {0};
    struct buckets one = book_buckets();
    buckets_merge(&sum, &one);
    buckets_merge(&sum, &one);
    assert_int_equal(sum.count, one.count);
    for (uint32_t i = 0; i < sum.count; i++) {
        assert_float_equal(sum.counts[i], (2 * one.counts[i]), 1e-9);
    }
}

static void different_bounds_are_merged_by_interpolation(void **state) {
    (void)state;
    struct buckets sum = {0};
    buckets_put(&sum, 2, 10);
    buckets_put(&sum, HUGE_VAL, 10);
    struct buckets other = {0};
    buckets_put(&other, 1, 4);
    buckets_put(&other, 4, 8);
    buckets_put(&other, HUGE_VAL, 8);
    buckets_merge(&sum, &other);
    assert_float_equal(buckets_below(&sum, 1), 5 + 4, 1e-9);
    assert_float_equal(buckets_below(&sum, 4), 18, 1e-9);
    assert_float_equal(buckets_total(&sum), 18, 1e-9);
}

static void negative_bounds_do_not_begin_at_zero(void **state) {
    (void)state;
    struct buckets buckets = {0};
    buckets_put(&buckets, -2, 5);
    buckets_put(&buckets, 0, 10);
    assert_float_equal(buckets_quantile(&buckets, 0.25), -2, 1e-9);
    assert_float_equal(buckets_quantile(&buckets, 0.75), -1, 1e-9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_lie_inside_their_bucket),
        cmocka_unit_test(in_the_open_bucket_the_highest_bound_is_said),
        cmocka_unit_test(nothing_counted_has_no_percentile),
        cmocka_unit_test(bounds_are_sorted_and_added_up),
        cmocka_unit_test(more_bounds_than_fit_are_refused),
        cmocka_unit_test(falling_counts_are_straightened_and_said),
        cmocka_unit_test(equal_bounds_are_merged_exactly),
        cmocka_unit_test(different_bounds_are_merged_by_interpolation),
        cmocka_unit_test(negative_bounds_do_not_begin_at_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
