/* SPDX-License-Identifier: MIT */
#include "core/sequential.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/random.h"

/* The same to six digits. */
static void assert_digits(double value, double expected) {
    double digits = expected < 0.1 ? 1e-6 : fabs(expected) * 1e-6;
    if (!(fabs(value - expected) <= digits)) {
        fail_msg("%.9g is not %.9g", value, expected);
    }
}

static double value_of(const struct sequential *test) {
    return exp(sequential_log_value(test));
}

static void feed(
    struct sequential *test, double rho, unsigned failures, unsigned canary) {
    for (unsigned i = 0; i < failures; i++) {
        sequential_on_failure(test, rho, i < canary);
    }
}

static void the_value_is_the_mixture_of_the_likelihood_ratios(void **state) {
    (void)state;
    static const struct {
        unsigned canary, failures;
        double value;
    } rows[] = {
        {1, 1, 5.986833},   {2, 2, 56.195016},  {3, 3, 650.521981}, {3, 5, 110.250068},
        {4, 10, 88.111112}, {5, 20, 28.377176}, {6, 30, 20.341066}, {0, 20, 0.166069},
        {0, 100, 0.013189}, {5, 100, 0.129115},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sequential test;
        sequential_init_failures(&test, 1);
        feed(&test, 0.05, rows[i].failures, rows[i].canary);
        assert_digits(value_of(&test), rows[i].value);
    }
}

static void three_canary_failures_in_a_row_are_evidence_two_are_not(void **state) {
    (void)state;
    struct sequential test;
    sequential_init_failures(&test, 1);
    feed(&test, 0.05, 2, 2);
    assert_true(value_of(&test) < 100);
    feed(&test, 0.05, 1, 1);
    assert_true(value_of(&test) >= 100);
}

static void one_test_runs_through_all_weights(void **state) {
    (void)state;
    struct sequential test;
    sequential_init_failures(&test, 1);
    static const bool first[] = {true, false, false, true, false};
    static const bool second[] = {true, true, false, true, true, false};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        sequential_on_failure(&test, 0.05, first[i]);
    }
    for (size_t i = 0; i < sizeof second / sizeof *second; i++) {
        sequential_on_failure(&test, 0.25, second[i]);
    }
    assert_digits(value_of(&test), 51.010020);
}

static void nothing_known_is_a_value_of_one(void **state) {
    (void)state;
    struct sequential test;
    sequential_init_failures(&test, 1);
    assert_digits(value_of(&test), 1);
    assert_digits(sequential_p_value(&test), 1);
    static const double certain[] = {0, 1, -0.1, 1.1, (double)NAN, (double)INFINITY};
    struct sequential before = test;
    for (size_t i = 0; i < sizeof certain / sizeof *certain; i++) {
        sequential_on_failure(&test, certain[i], true);
        sequential_on_failure(&test, certain[i], false);
    }
    assert_memory_equal(&test, &before, sizeof test);
}

static void the_p_value_remembers_the_peak(void **state) {
    (void)state;
    struct sequential test;
    sequential_init_failures(&test, 1);
    feed(&test, 0.05, 3, 3);
    assert_digits(sequential_p_value(&test), 1 / 650.521981);
    feed(&test, 0.05, 100, 0);
    assert_true(value_of(&test) < 650);
    assert_digits(sequential_p_value(&test), 1 / 650.521981);
}

/* Given that a unit failed, the factor must be 1 on average where the ratio is the
 * tolerated one, and at most 1 below it. */
static void the_mean_factor_is_at_most_one_within_what_is_tolerated(void **state) {
    (void)state;
    static const double tolerated[] = {1, 1.2, 2};
    static const double rhos[] = {0.0001, 0.05, 0.25, 0.5, 0.99};
    for (size_t i = 0; i < sizeof tolerated / sizeof *tolerated; i++) {
        for (size_t j = 0; j < sizeof rhos / sizeof *rhos; j++) {
            struct sequential hit;
            sequential_init_failures(&hit, tolerated[i]);
            struct sequential miss = hit;
            sequential_on_failure(&hit, rhos[j], true);
            sequential_on_failure(&miss, rhos[j], false);
            double edge = sequential_canary_share(rhos[j], tolerated[i]);
            double less = sequential_canary_share(rhos[j], tolerated[i] * 0.7);
            double at_edge = edge * value_of(&hit) + (1 - edge) * value_of(&miss);
            assert_digits(at_edge, 1);
            assert_true(less * value_of(&hit) + (1 - less) * value_of(&miss) < 1);
        }
    }
}

static void no_alternative_lets_more_than_everything_be_slow(void **state) {
    (void)state;
    static const struct {
        double share;
        uint32_t count;
        double last;
    } rows[] = {
        {0.5, 3, 1.5}, {0.1, 6, 5}, {0.05, 7, 10}, {0.01, 9, 50}, {0.99, 1, 1.15}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sequential test;
        sequential_init_share(&test, rows[i].share, 1);
        assert_int_equal(test.mixture.count, rows[i].count);
        assert_digits(
            test.mixture.parts[test.mixture.count - 1].parameter, rows[i].last);
    }
}

static void labels_of_the_same_moment_may_come_in_any_order(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 17);
    for (unsigned round = 0; round < 200; round++) {
        bool labels[12];
        for (size_t i = 0; i < 12; i++) labels[i] = random_below(&random, 4) == 0;
        struct sequential forward, backward;
        sequential_init_failures(&forward, 1);
        backward = forward;
        for (size_t i = 0; i < 12; i++) {
            sequential_on_failure(&forward, 0.05, labels[i]);
            sequential_on_failure(&backward, 0.05, labels[11 - i]);
        }
        double difference =
            sequential_log_value(&forward) - sequential_log_value(&backward);
        assert_true(fabs(difference) < 1e-9);
    }
}

static void a_failure_of_the_canary_never_speaks_for_it(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 4);
    struct sequential test;
    sequential_init_failures(&test, 1);
    for (unsigned i = 0; i < 2000; i++) {
        double rho = 0.001 + 0.998 * random_unit(&random);
        bool on_canary = random_unit(&random) < rho;
        double before = sequential_log_value(&test);
        sequential_on_failure(&test, rho, on_canary);
        double by = sequential_log_value(&test) - before;
        assert_true(on_canary ? by > 0 : by < 0);
    }
}

/* Two versions that are alike, at 5, 25 and 50 percent: whether so many failures,
 * looked at after each of them, ever are evidence. */
static bool is_ever_evidence(struct random *random, unsigned failures) {
    static const double rhos[] = {0.05, 0.25, 0.5};
    struct sequential test;
    sequential_init_failures(&test, 1);
    for (unsigned i = 0; i < failures; i++) {
        double rho = rhos[(uint64_t)i * 3 / failures];
        sequential_on_failure(&test, rho, random_unit(random) < rho);
        if (sequential_log_value(&test) >= log(1 / 0.01)) return true;
    }
    return false;
}

static void versions_that_are_alike_rarely_look_like_harm(void **state) {
    enum { RUNS = 4000 };
    const unsigned *failures = *state;
    struct random random;
    random_seed(&random, 4000);
    unsigned alarms = 0;
    for (unsigned run = 0; run < RUNS; run++) {
        alarms += is_ever_evidence(&random, *failures);
    }
    print_message("%u of %u runs of %u failures\n", alarms, RUNS, *failures);
    assert_true(alarms > 0);
    assert_true(alarms <= RUNS * (0.01 + 2 * sqrt(0.01 * 0.99 / RUNS)));
}

static void a_test_is_kept_to_the_last_bit(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 5);
    struct sequential test;
    sequential_init_share(&test, 0.05, 1.2);
    for (unsigned i = 0; i < 500; i++) {
        sequential_on_failure(
            &test, random_unit(&random), random_below(&random, 3) == 0);
        uint8_t bytes[512];
        struct byte_writer writer = byte_writer_in(bytes, sizeof bytes);
        record_put(&sequential_record, &test, &writer);
        assert_false(writer.overflow);
        struct sequential again;
        memset(&again, 0, sizeof again);
        struct byte_reader reader = byte_reader_of(bytes, writer.length);
        assert_true(record_get(&sequential_record, &again, &reader));
        assert_memory_equal(&again, &test, sizeof test);
    }
}

/* `sequential_test 10000`: so many failures in
 * each of the runs of two that are alike. */
int main(int argc, char **argv) {
    unsigned failures = 400;
    if (argc > 1) failures = (unsigned)strtoul(argv[1], NULL, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_value_is_the_mixture_of_the_likelihood_ratios),
        cmocka_unit_test(three_canary_failures_in_a_row_are_evidence_two_are_not),
        cmocka_unit_test(one_test_runs_through_all_weights),
        cmocka_unit_test(nothing_known_is_a_value_of_one),
        cmocka_unit_test(the_p_value_remembers_the_peak),
        cmocka_unit_test(the_mean_factor_is_at_most_one_within_what_is_tolerated),
        cmocka_unit_test(no_alternative_lets_more_than_everything_be_slow),
        cmocka_unit_test(labels_of_the_same_moment_may_come_in_any_order),
        cmocka_unit_test(a_failure_of_the_canary_never_speaks_for_it),
        cmocka_unit_test_prestate(
            versions_that_are_alike_rarely_look_like_harm, &failures),
        cmocka_unit_test(a_test_is_kept_to_the_last_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
