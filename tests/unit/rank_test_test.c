/* SPDX-License-Identifier: MIT */
#include "core/rank_test.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/random.h"

static uint64_t draw_us(struct random *random, double median_us) {
    return (uint64_t)random_lognormal(random, median_us, 0.8);
}

/* A canary of five percent, so many times as slow; how many of its values it takes. */
static unsigned values_until_found(
    struct random *random, double slower, double step_us, unsigned most) {
    struct rank_test test;
    rank_test_init(&test);
    for (unsigned i = 1; i <= most; i++) {
        for (unsigned other = 0; other < 19; other++) {
            double value = floor((double)draw_us(random, 1e6) / step_us) * step_us;
            rank_test_on_stable(&test, (uint64_t)value);
        }
        double value = floor((double)draw_us(random, 1e6 * slower) / step_us) * step_us;
        rank_test_on_canary(&test, (uint64_t)value, random_unit(random));
        if (mixture_p_value(&test.mixture) <= 0.01) return i;
    }
    return 0;
}

static void a_place_is_worth_what_is_bet_on_it(void **state) {
    (void)state;
    struct rank_test test;
    rank_test_init(&test);
    rank_test_on_rank(&test, (struct rank){.slower = 0, .others = 19}, 0.5);
    /* The mean over kappa of kappa u^(kappa - 1), u = 0.5 / 20. */
    double expected = 0;
    static const double kappas[] = {0.3, 0.5, 0.7, 0.85};
    for (size_t i = 0; i < 4; i++) {
        expected += kappas[i] * pow(0.025, kappas[i] - 1) / 4;
    }
    double value = exp(mixture_log_value(&test.mixture));
    assert_true(fabs(value - expected) < 1e-9);
    assert_true(value > 2);
}

static void alike_is_rarely_found_slower(void **state) {
    (void)state;
    enum { RUNS = 1000 };
    struct random random;
    random_seed(&random, 31);
    unsigned found = 0;
    unsigned found_coarse = 0;
    for (unsigned run = 0; run < RUNS; run++) {
        found += values_until_found(&random, 1, 1, 100) > 0;
        found_coarse += values_until_found(&random, 1, 1e6, 100) > 0; /* many equal */
    }
    double most = RUNS * (0.01 + 2 * sqrt(0.01 * 0.99 / RUNS));
    assert_true(found <= most);
    assert_true(found_coarse <= most);
}

static void twice_as_slow_is_found_soon(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 32);
    unsigned within = 0;
    for (unsigned run = 0; run < 200; run++) {
        unsigned values = values_until_found(&random, 2, 1, 200);
        within += values > 0 && values <= 30;
    }
    assert_true(within >= 100); /* the median is 22 */
}

static void what_has_nobody_beside_it_does_not_enter(void **state) {
    (void)state;
    struct rank_test test;
    rank_test_init(&test);
    struct rank_test before = test;
    rank_test_on_canary(&test, 1000, 0.5);
    rank_test_on_rank(&test, (struct rank){.slower = 3, .others = 2}, 0.5);
    rank_test_on_rank(&test, (struct rank){.slower = 1, .others = 2}, (double)NAN);
    rank_test_on_rank(&test, (struct rank){.slower = 1, .others = 2}, 1);
    rank_test_on_rank(&test, (struct rank){.slower = 1, .others = 2}, -0.1);
    assert_memory_equal(&test, &before, sizeof test);
    rank_test_on_rank(&test, (struct rank){.slower = 0, .others = 2}, 0);
    assert_true(isfinite(mixture_log_value(&test.mixture)));
}

static void values_of_stable_are_used_once(void **state) {
    (void)state;
    struct rank_test test;
    rank_test_init(&test);
    for (unsigned i = 0; i < RANK_OTHERS_MAX + 50; i++) rank_test_on_stable(&test, i);
    assert_int_equal(test.other_count, RANK_OTHERS_MAX);
    rank_test_on_canary(&test, 5, 0.5);
    assert_int_equal(test.other_count, 0);
    assert_int_equal(test.ranked, 1);
    rank_test_on_canary(&test, 5, 0.5);
    assert_int_equal(test.ranked, 1);
}

static void a_test_is_kept_to_the_last_bit(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 33);
    struct rank_test test;
    rank_test_init(&test);
    for (unsigned i = 0; i < 60; i++) {
        rank_test_on_stable(&test, draw_us(&random, 1e6));
        if (i % 7 == 6) rank_test_on_canary(&test, draw_us(&random, 1e6), 0.25);
    }
    uint8_t bytes[1024];
    struct byte_writer writer = byte_writer_in(bytes, sizeof bytes);
    record_put(&rank_test_record, &test, &writer);
    struct rank_test again;
    memset(&again, 0, sizeof again);
    struct byte_reader reader = byte_reader_of(bytes, writer.length);
    assert_true(record_get(&rank_test_record, &again, &reader));
    assert_int_equal(again.other_count, test.other_count);
    assert_memory_equal(&again.mixture, &test.mixture, sizeof test.mixture);
    rank_test_on_canary(&again, 900000, 0.5);
    rank_test_on_canary(&test, 900000, 0.5);
    assert_memory_equal(&again.mixture, &test.mixture, sizeof test.mixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_is_worth_what_is_bet_on_it),
        cmocka_unit_test(alike_is_rarely_found_slower),
        cmocka_unit_test(twice_as_slow_is_found_soon),
        cmocka_unit_test(what_has_nobody_beside_it_does_not_enter),
        cmocka_unit_test(values_of_stable_are_used_once),
        cmocka_unit_test(a_test_is_kept_to_the_last_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
