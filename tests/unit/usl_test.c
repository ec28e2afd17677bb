/* SPDX-License-Identifier: MIT */
#include "core/usl.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/random.h"

enum { POINTS = 6 };

static void fill(struct usl_point *points, unsigned count, const struct usl *law) {
    for (unsigned i = 0; i < count; i++) {
        points[i].workers = (double)(1U << i);
        points[i].throughput_s = usl_throughput(law, points[i].workers);
    }
}

static bool is_near(double a, double b, double most) {
    return fabs(a - b) <= most * fmax(1, fabs(b));
}

static void a_law_is_found_again(void **state) {
    (void)state;
    static const struct usl laws[] = {
        {.rate = 100},
        {.rate = 995, .contention = 0.02671, .coherency = 0.000769},
        {.rate = 7, .contention = 0.2},
        {.rate = 50, .coherency = 0.01},
    };
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        struct usl_point points[POINTS];
        struct usl usl;
        fill(points, POINTS, &laws[i]);
        assert_true(usl_fit(points, POINTS, &usl));
        assert_true(is_near(usl.rate, laws[i].rate, 1e-4));
        assert_true(is_near(usl.contention, laws[i].contention, 1e-4));
        assert_true(is_near(usl.coherency, laws[i].coherency, 1e-4));
        assert_true(usl.error < 1e-4);
        fill(points, 3, &laws[i]);
        assert_true(usl_fit(points, 3, &usl));
        assert_true(is_near(usl_throughput(&usl, 4), points[2].throughput_s, 1e-4));
    }
}

static void nothing_is_ever_below_zero(void **state) {
    (void)state;
    struct random random;
    struct usl usl;
    random_seed(&random, 4);
    for (unsigned run = 0; run < 5000; run++) {
        struct usl_point points[3];
        for (unsigned i = 0; i < 3; i++) {
            points[i].workers = (double)(1U << i);
            points[i].throughput_s = random_lognormal(&random, 100, 1);
        }
        assert_true(usl_fit(points, 3, &usl));
        assert_true(usl.rate > 0 && usl.contention >= 0 && usl.coherency >= 0);
    }
    /* Better than linear is no contention at all. */
    static const struct usl_point better[] = {{1, 100}, {2, 210}, {4, 440}};
    assert_true(usl_fit(better, 3, &usl));
    assert_true(usl.contention < 1e-9 && usl.coherency < 1e-9);
    assert_true(isinf(usl_peak(&usl)));
}

static void one_point_is_a_rate_and_two_tell_contention(void **state) {
    (void)state;
    static const struct usl_point points[] = {{1, 100}, {2, 160}};
    struct usl usl;
    assert_true(usl_fit(points, 1, &usl));
    assert_true(is_near(usl.rate, 100, 1e-9));
    assert_true(usl_fit(points, 2, &usl));
    assert_true(is_near(usl.contention, 0.25, 1e-9));
    assert_true(usl.coherency < 1e-9);
    assert_false(usl_fit(points, 0, &usl));
}

static void points_that_mean_nothing_are_left_out(void **state) {
    (void)state;
    static const struct usl_point points[] = {
        {0, 50}, {1, 0}, {2, (double)NAN}, {1, 100}, {(double)INFINITY, 5}};
    struct usl usl;
    assert_true(usl_fit(points, 5, &usl));
    assert_true(is_near(usl.rate, 100, 1e-9));
    assert_false(usl_fit(points, 3, &usl));
    assert_true(isnan(usl_efficiency(points, 5)));
}

static void the_peak_is_where_the_law_says(void **state) {
    (void)state;
    static const struct usl law = {
        .rate = 1, .contention = 0.02671, .coherency = 0.000769};
    double peak = usl_peak(&law);
    assert_true(peak > 35 && peak < 36);
    assert_true(usl_throughput(&law, 35) > usl_throughput(&law, 30));
    assert_true(usl_throughput(&law, 36) > usl_throughput(&law, 42));
}

static void efficiency_says_what_a_worker_is_worth(void **state) {
    (void)state;
    static const struct usl_point linear[] = {{4, 396}, {1, 100}, {2, 199}};
    static const struct usl_point bent[] = {{1, 100}, {2, 150}, {4, 180}};
    assert_true(usl_efficiency(linear, 3) >= USL_LINEAR_LEAST);
    assert_true(is_near(usl_efficiency(bent, 3), 0.45, 1e-9));
    assert_true(isnan(usl_efficiency(linear, 1)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_law_is_found_again),
        cmocka_unit_test(nothing_is_ever_below_zero),
        cmocka_unit_test(one_point_is_a_rate_and_two_tell_contention),
        cmocka_unit_test(points_that_mean_nothing_are_left_out),
        cmocka_unit_test(the_peak_is_where_the_law_says),
        cmocka_unit_test(efficiency_says_what_a_worker_is_worth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
