/* SPDX-License-Identifier: MIT */
#include "agent/latency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"

enum { DRAWS = 10000 };

static void latency_reads_names_and_distributions(void **state) {
    (void)state;
    struct latency latency;
    struct error err = {0};
    assert_true(latency_parse(&latency, "instant", &err));
    assert_int_equal(latency.median_ns, 0);
    assert_true(latency_parse(&latency, "fixed:5ms", &err));
    assert_int_equal(latency.median_ns, 5 * NS_PER_MS);
    assert_true(latency.sigma == 0);
    assert_true(latency_parse(&latency, "lognormal:400ms:0.5", &err));
    assert_int_equal(latency.median_ns, 400 * NS_PER_MS);
    assert_true(latency.sigma == 0.5);
}

static void latency_refuses_anything_else(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "quick",
        "fixed",
        "fixed:",
        "fixed:5",
        "fixed:2h",
        "lognormal:400ms",
        "lognormal:400ms:",
        "lognormal:400ms:x",
        "lognormal:400ms:-1",
        "lognormal:400ms:nan",
        "lognormal:400ms:9"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct latency latency = {.median_ns = 7};
        struct error err = {0};
        assert_false(latency_parse(&latency, bad[i], &err));
        assert_int_equal(latency.median_ns, 7);
        assert_int_equal(err.code, ERROR_USAGE);
    }
}

/* Most answers of the demo's model take between 300 and 800 ms. */
static void latency_of_the_demo_is_realistic(void **state) {
    (void)state;
    struct latency latency;
    struct error err = {0};
    struct random random;
    random_seed(&random, 1);
    assert_true(latency_parse(&latency, "demo", &err));
    unsigned usual = 0;
    unsigned below_median = 0;
    for (int i = 0; i < DRAWS; i++) {
        uint64_t drawn_ns = latency_draw(&latency, &random);
        if (drawn_ns >= 300 * NS_PER_MS && drawn_ns <= 800 * NS_PER_MS) usual++;
        if (drawn_ns < 450 * NS_PER_MS) below_median++;
    }
    assert_in_range(usual, DRAWS * 80 / 100, DRAWS * 90 / 100);
    assert_in_range(below_median, DRAWS * 48 / 100, DRAWS * 52 / 100);
}

static void latency_repeats_with_the_seed_and_never_passes_a_minute(void **state) {
    (void)state;
    struct latency latency = {.median_ns = 50 * NS_PER_S, .sigma = 2};
    struct random first;
    struct random second;
    random_seed(&first, 9);
    random_seed(&second, 9);
    for (int i = 0; i < DRAWS; i++) {
        uint64_t drawn_ns = latency_draw(&latency, &first);
        assert_int_equal(drawn_ns, latency_draw(&latency, &second));
        assert_true(drawn_ns <= 60 * NS_PER_S);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latency_reads_names_and_distributions),
        cmocka_unit_test(latency_refuses_anything_else),
        cmocka_unit_test(latency_of_the_demo_is_realistic),
        cmocka_unit_test(latency_repeats_with_the_seed_and_never_passes_a_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
