/* SPDX-License-Identifier: MIT */
#include "core/confidence.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/random.h"

static void assert_near(double value, double expected, double within) {
    if (!(fabs(value - expected) <= within)) {
        fail_msg("%.9g is not %.9g", value, expected);
    }
}

/* Written with six decimals. */
static void assert_decimals(double value, double expected) {
    assert_near(value, expected, 0.5000001e-6);
}

static void the_mixture_is_what_it_is_elsewhere(void **state) {
    (void)state;
    assert_near(confidence_log_mixture(3, 300, 0.5, 50, 0.02), -0.166815323, 1e-9);
    assert_near(confidence_log_mixture(0, 300, 0.5, 50, 0.01), 2.040002866, 1e-9);
}

static void a_rate_lies_between_these(void **state) {
    (void)state;
    static const struct {
        uint64_t hits, count;
        double alpha, low, high;
    } rows[] = {
        {0, 300, 0.05, 0, 0.013149},           {1, 300, 0.05, 0.000027, 0.022195},
        {3, 300, 0.05, 0.001046, 0.036164},    {5, 1000, 0.05, 0.000913, 0.014802},
        {50, 10000, 0.05, 0.003001, 0.007729}, {0, 300, 0.025, 0, 0.015426},
        {3, 300, 0.025, 0.000811, 0.039191},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct confidence rate =
            confidence_of_rate(rows[i].hits, rows[i].count, rows[i].alpha);
        assert_decimals(rate.low, rows[i].low);
        assert_decimals(rate.high, rows[i].high);
    }
}

static void nothing_seen_may_be_anything(void **state) {
    (void)state;
    static const struct {
        uint64_t hits, count;
        double alpha;
    } rows[] = {{0, 0, 0.05}, {2, 1, 0.05}, {1, 9, (double)NAN}, {1, 9, 0}, {1, 9, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct confidence rate =
            confidence_of_rate(rows[i].hits, rows[i].count, rows[i].alpha);
        assert_near(rate.low, 0, 0);
        assert_near(rate.high, 1, 0);
    }
    struct confidence all = confidence_of_rate(40, 40, 0.05);
    assert_true(all.low > 0.1 && all.low < 1);
    assert_near(all.high, 1, 0);
}

static void a_rate_is_within_its_own_upper_end_and_not_below(void **state) {
    (void)state;
    for (uint64_t hits = 0; hits < 12; hits++) {
        double high = confidence_of_rate(hits, 400, 0.025).high;
        double asked = (double)hits;
        assert_true(confidence_rate_is_within(asked, 400, high + 1e-9, 0.025));
        assert_false(confidence_rate_is_within(asked, 400, high - 1e-9, 0.025));
    }
    assert_false(confidence_rate_is_within(0, 0, 0.5, 0.025));
    assert_false(confidence_rate_is_within(0, 300, (double)NAN, 0.025));
    assert_false(confidence_rate_is_within((double)NAN, 300, 0.5, 0.025));
    assert_false(confidence_rate_is_within(0, 300, 0.5, (double)NAN));
}

static void a_quantile_lies_between_these_places(void **state) {
    (void)state;
    static const struct {
        double quantile;
        uint64_t count, low, high;
        bool has_high_end;
    } rows[] = {
        {0.5, 300, 124, 176, true},   {0.95, 300, 272, 294, true},
        {0.95, 1000, 926, 970, true}, {0.99, 300, 290, 300, false},
        {0.99, 1000, 977, 998, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct confidence_places places =
            confidence_of_quantile(rows[i].quantile, rows[i].count, 0.05);
        assert_int_equal(places.low, rows[i].low);
        assert_int_equal(places.high, rows[i].high);
        assert_true(places.has_low_end);
        assert_int_equal(places.has_high_end, rows[i].has_high_end);
    }
}

static void a_quantile_of_little_has_no_ends(void **state) {
    (void)state;
    static const struct {
        double quantile;
        uint64_t count;
        double alpha;
    } rows[] = {
        {0.5, 0, 0.05},
        {0.95, 3, 0.05},
        {(double)NAN, 300, 0.05},
        {0.5, 300, 0},
        {1, 9, 0.05}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct confidence_places places =
            confidence_of_quantile(rows[i].quantile, rows[i].count, rows[i].alpha);
        assert_false(places.has_low_end);
        assert_false(places.has_high_end);
        assert_int_equal(places.low, 0);
        assert_int_equal(places.high, rows[i].count);
    }
}

/* Looked at after every request, in 1000 runs of 1000: the truth may be outside of any
 * of the intervals in at most 5 % of them, and two standard errors. */
static void the_truth_is_inside_at_all_times(void **state) {
    (void)state;
    enum { RUNS = 1000, REQUESTS = 1000 };
    struct random random;
    random_seed(&random, 26);
    unsigned missed = 0;
    for (unsigned run = 0; run < RUNS; run++) {
        double hits = 0, count = 0;
        bool is_outside = false;
        for (unsigned i = 0; i < REQUESTS && !is_outside; i++) {
            hits += random_unit(&random) < 0.02;
            count++;
            double log_value = confidence_log_mixture(hits, count, 0.5, 50, 0.02);
            is_outside = log_value >= log(1 / 0.05);
        }
        missed += is_outside;
    }
    assert_true(missed > 0);
    assert_true(missed <= RUNS * (0.05 + 2 * sqrt(0.05 * 0.95 / RUNS)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mixture_is_what_it_is_elsewhere),
        cmocka_unit_test(a_rate_lies_between_these),
        cmocka_unit_test(nothing_seen_may_be_anything),
        cmocka_unit_test(a_rate_is_within_its_own_upper_end_and_not_below),
        cmocka_unit_test(a_quantile_lies_between_these_places),
        cmocka_unit_test(a_quantile_of_little_has_no_ends),
        cmocka_unit_test(the_truth_is_inside_at_all_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
