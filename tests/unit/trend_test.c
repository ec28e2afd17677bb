/* SPDX-License-Identifier: MIT */
#include "core/trend.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/random.h"

enum { POINTS = 24, SERIES = 20000 };

static void count_up(double *x, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) x[i] = (double)i;
}

static void a_straight_line_is_found_exactly(void **state) {
    (void)state;
    double x[POINTS];
    double y[POINTS];
    struct trend trend;
    count_up(x, POINTS);
    for (unsigned i = 0; i < POINTS; i++) y[i] = 3 * x[i] + 7;
    assert_true(trend_of(x, y, POINTS, &trend));
    assert_true(fabs(trend.slope - 3) < 1e-12);
    assert_true(fabs(trend.low - 3) < 1e-12 && fabs(trend.high - 3) < 1e-12);
    assert_true(trend.chance < 1e-9);
}

/* Worked by hand. */
static void the_score_of_eight_points_is_as_by_hand(void **state) {
    (void)state;
    static const double y[] = {1, 3, 2, 4, 6, 5, 7, 8};
    double x[8];
    struct trend trend;
    count_up(x, 8);
    assert_true(trend_of(x, y, 8, &trend));
    /* 28 pairs, two of them fall: S = 24; variance 8 * 7 * 21 / 18 = 65.33. */
    double z = 23 / sqrt(8.0 * 7 * 21 / 18);
    assert_true(fabs(trend.chance - 0.5 * erfc(z / sqrt(2.0))) < 1e-12);
}

static void outliers_do_not_bend_the_slope(void **state) {
    (void)state;
    double x[POINTS];
    double y[POINTS];
    struct trend trend;
    count_up(x, POINTS);
    for (unsigned i = 0; i < POINTS; i++) y[i] = 2 * x[i];
    y[3] = 1e9;
    y[20] = -1e9;
    assert_true(trend_of(x, y, POINTS, &trend));
    assert_true(fabs(trend.slope - 2) < 1e-9);
    assert_true(trend.chance < 1e-4);
}

static void nothing_is_said_of_too_few_or_of_the_same(void **state) {
    (void)state;
    double x[POINTS] = {0};
    double y[POINTS];
    struct trend trend = {.points = 99};
    count_up(y, POINTS);
    assert_false(trend_of(x, y, POINTS, &trend));
    count_up(x, POINTS);
    assert_false(trend_of(x, y, TREND_POINTS_LEAST - 1, &trend));
    assert_int_equal(trend.points, 99);
}

static void a_flat_line_has_no_trend(void **state) {
    (void)state;
    double x[POINTS];
    double y[POINTS] = {0};
    struct trend trend;
    count_up(x, POINTS);
    assert_true(trend_of(x, y, POINTS, &trend));
    assert_true(fabs(trend.slope) < 1e-12);
    assert_true(trend.chance > 0.99);
}

/* The chance must be what it says: noise stays below 0.1 % in about a thousandth. The
 * interval must hold the true slope in 99 of 100. */
static void the_chance_is_what_it_says(void **state) {
    (void)state;
    struct random random;
    double x[POINTS];
    double y[POINTS];
    struct trend trend;
    unsigned alarms = 0;
    unsigned outside = 0;
    random_seed(&random, 11);
    count_up(x, POINTS);
    for (unsigned run = 0; run < SERIES; run++) {
        for (unsigned i = 0; i < POINTS; i++) {
            y[i] = random_lognormal(&random, 100, 1);
        }
        assert_true(trend_of(x, y, POINTS, &trend));
        if (trend.chance < 0.001) alarms++;
        if (trend.low > 0 || trend.high < 0) outside++;
    }
    assert_true(alarms < SERIES / 500);
    assert_true(outside < SERIES / 70);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_straight_line_is_found_exactly),
        cmocka_unit_test(the_score_of_eight_points_is_as_by_hand),
        cmocka_unit_test(outliers_do_not_bend_the_slope),
        cmocka_unit_test(nothing_is_said_of_too_few_or_of_the_same),
        cmocka_unit_test(a_flat_line_has_no_trend),
        cmocka_unit_test(the_chance_is_what_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
