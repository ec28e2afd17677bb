/* SPDX-License-Identifier: MIT */
#include "core/quantile_bounds.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"

static int make_histogram(void **state) {
    struct histogram *histogram = memory_new(sizeof *histogram);
    histogram_init(histogram);
    *state = histogram;
    return 0;
}

static int free_histogram(void **state) {
    free(*state);
    return 0;
}

/* 1 to `count` ms. */
static void fill(struct histogram *histogram, uint64_t count) {
    for (uint64_t i = 1; i <= count; i++) histogram_record(histogram, i * 1000, 1);
}

static void assert_about(double value_us, double expected_us) {
    if (!(fabs(value_us / expected_us - 1) < 0.01)) {
        fail_msg("%g is not about %g", value_us, expected_us);
    }
}

static void a_quantile_lies_between_two_values(void **state) {
    struct histogram *histogram = *state;
    fill(histogram, 300);
    struct quantile_bounds p50 = quantile_bounds_of(histogram, 0.5, 0.05);
    assert_about(p50.value_us, 150000);
    assert_true(p50.has_low_end && p50.has_high_end);
    assert_about(p50.low_us, 124000);
    assert_true(p50.low_us <= 124000);
    assert_about(p50.high_us, 177000);
    assert_true(p50.high_us >= 177000);
}

static void an_end_that_is_not_there_is_said_to_be_missing(void **state) {
    struct histogram *histogram = *state;
    fill(histogram, 300);
    struct quantile_bounds p99 = quantile_bounds_of(histogram, 0.99, 0.05);
    assert_true(p99.has_low_end);
    assert_about(p99.low_us, 290000);
    assert_false(p99.has_high_end);
    assert_true(isinf(p99.high_us));
}

static void nothing_measured_may_be_anything(void **state) {
    struct quantile_bounds bounds = quantile_bounds_of(*state, 0.5, 0.05);
    assert_true(isnan(bounds.value_us));
    assert_false(bounds.has_low_end);
    assert_false(bounds.has_high_end);
    assert_true(bounds.low_us <= 0 && isinf(bounds.high_us));
}

#define HISTOGRAM_TEST(name) \
    cmocka_unit_test_setup_teardown(name, make_histogram, free_histogram)

int main(void) {
    const struct CMUnitTest tests[] = {
        HISTOGRAM_TEST(a_quantile_lies_between_two_values),
        HISTOGRAM_TEST(an_end_that_is_not_there_is_said_to_be_missing),
        HISTOGRAM_TEST(nothing_measured_may_be_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
