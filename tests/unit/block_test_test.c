/* SPDX-License-Identifier: MIT */
#include "core/block_test.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/random.h"

static double log_value(const struct block_test *test) {
    return mixture_log_value(&test->mixture);
}

/* The two sides of one block, each with its own rate. */
static struct trials draw(struct random *random, uint64_t count, double rate) {
    struct trials trials = {.count = count};
    for (uint64_t i = 0; i < count; i++) trials.failures += random_unit(random) < rate;
    return trials;
}

static void add_drawn(
    struct block_test *test, struct random *random, double canary_rate,
    double stable_rate) {
    struct trials canary = draw(random, 1 + random_below(random, 3), canary_rate);
    struct trials stable = draw(random, 1 + random_below(random, 20), stable_rate);
    block_test_add(test, &canary, &stable);
}

/* The mean of the value after one block, over all outcomes of n canary and m stable
 * units that fail with these probabilities. */
static double mean_value(
    const struct block_test *before, unsigned n, unsigned m, double canary,
    double stable) {
    double mean = 0;
    for (unsigned outcome = 0; outcome < 1u << (n + m); outcome++) {
        struct trials on_canary = {.count = n};
        struct trials on_stable = {.count = m};
        double probability = 1;
        for (unsigned i = 0; i < n + m; i++) {
            bool failed = (outcome >> i & 1) != 0;
            double rate = i < n ? canary : stable;
            probability *= failed ? rate : 1 - rate;
            *(i < n ? &on_canary.failures : &on_stable.failures) += failed;
        }
        struct block_test after = *before;
        block_test_add(&after, &on_canary, &on_stable);
        mean += probability * exp(log_value(&after));
    }
    return mean / exp(log_value(before));
}

static void no_block_is_worth_more_than_it_costs(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 3);
    struct block_test test;
    block_test_init(&test);
    static const double rates[] = {0.001, 0.02, 0.3, 0.9};
    for (unsigned round = 0; round < 8; round++) {
        for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
            assert_true(mean_value(&test, 2, 5, rates[i], rates[i]) <= 1 + 1e-12);
            assert_true(mean_value(&test, 1, 7, rates[i], rates[i]) <= 1 + 1e-12);
            /* A canary that is better is no harm. */
            assert_true(mean_value(&test, 3, 3, rates[i] / 2, rates[i]) < 1);
        }
        add_drawn(&test, &random, 0.02, 0.02);
    }
    assert_true(mean_value(&test, 2, 5, 0.5, 0.01) > 1);
}

static void equal_sides_rarely_look_like_harm(void **state) {
    (void)state;
    enum { RUNS = 1000, BLOCKS = 300 };
    struct random random;
    random_seed(&random, 12);
    unsigned alarms = 0;
    for (unsigned run = 0; run < RUNS; run++) {
        struct block_test test;
        block_test_init(&test);
        for (unsigned i = 0; i < BLOCKS; i++) {
            double rate = i / 100 == 1 ? 0.3 : 0.01; /* an outage of both */
            add_drawn(&test, &random, rate, rate);
        }
        alarms += mixture_p_value(&test.mixture) <= 0.01;
    }
    assert_true(alarms <= RUNS * (0.01 + 2 * sqrt(0.01 * 0.99 / RUNS)));
}

static void harm_is_found_without_a_known_split(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 13);
    unsigned found = 0;
    for (unsigned run = 0; run < 200; run++) {
        struct block_test test;
        block_test_init(&test);
        for (unsigned i = 0; i < 100; i++) add_drawn(&test, &random, 0.15, 0.005);
        found += mixture_p_value(&test.mixture) <= 0.01;
    }
    assert_true(found >= 195);
}

static void half_a_block_says_nothing(void **state) {
    (void)state;
    struct block_test test;
    block_test_init(&test);
    struct block_test before = test;
    const struct trials none = {0, 0};
    const struct trials all_failed = {9, 9};
    const struct trials impossible = {2, 3};
    block_test_add(&test, &all_failed, &none);
    block_test_add(&test, &none, &all_failed);
    block_test_add(&test, &impossible, &all_failed);
    block_test_add(&test, &all_failed, &impossible);
    assert_memory_equal(&test, &before, sizeof test);
    block_test_add(&test, &all_failed, &all_failed);
    assert_true(isfinite(log_value(&test)));
}

static void a_test_is_kept_to_the_last_bit(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 14);
    struct block_test test;
    block_test_init(&test);
    for (unsigned i = 0; i < 50; i++) add_drawn(&test, &random, 0.1, 0.1);
    uint8_t bytes[512];
    struct byte_writer writer = byte_writer_in(bytes, sizeof bytes);
    record_put(&block_test_record, &test, &writer);
    struct block_test again;
    memset(&again, 0, sizeof again);
    struct byte_reader reader = byte_reader_of(bytes, writer.length);
    assert_true(record_get(&block_test_record, &again, &reader));
    assert_memory_equal(&again, &test, sizeof test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_block_is_worth_more_than_it_costs),
        cmocka_unit_test(equal_sides_rarely_look_like_harm),
        cmocka_unit_test(harm_is_found_without_a_known_split),
        cmocka_unit_test(half_a_block_says_nothing),
        cmocka_unit_test(a_test_is_kept_to_the_last_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
