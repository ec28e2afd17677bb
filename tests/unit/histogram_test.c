/* SPDX-License-Identifier: MIT */
#include "core/histogram.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "core/random.h"

enum { VALUES = 20000 };

static int make_pair(void **state) {
    *state = memory_new_array(2, sizeof(struct histogram));
    return 0;
}

static int free_pair(void **state) {
    free(*state);
    return 0;
}

static void every_value_lies_in_its_step(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 3);
    for (int i = 0; i < 200000; i++) {
        uint64_t value = random_next(&random) >> (32 + random_below(&random, 32));
        size_t step = histogram_step(value);
        assert_true(step < HISTOGRAM_COUNTS);
        assert_true(histogram_step_low(step) <= value);
        assert_true(value <= histogram_step_high(step));
    }
    assert_int_equal(histogram_step(UINT64_MAX), HISTOGRAM_COUNTS - 1);
    for (size_t i = 0; i + 1 < HISTOGRAM_COUNTS; i++) {
        assert_true(histogram_step_high(i) + 1 == histogram_step_low(i + 1));
        assert_int_equal(histogram_step(histogram_step_low(i)), i);
    }
}

static int by_value(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static void quantiles_are_within_four_per_mille(void **state) {
    struct histogram *histogram = *state;
    uint64_t *values = memory_new_array(VALUES, sizeof *values);
    struct random random;
    random_seed(&random, 5);
    for (size_t i = 0; i < VALUES; i++) {
        values[i] = (uint64_t)random_lognormal(&random, 400000, 0.8);
        histogram_record(histogram, values[i], 1);
    }
    qsort(values, VALUES, sizeof *values, by_value);
    static const double quantiles[] = {0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1};
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++) {
        double rank = ceil(quantiles[i] * VALUES);
        double exact = (double)values[rank < 1 ? 0 : (size_t)rank - 1];
        double got = histogram_quantile(histogram, quantiles[i]);
        assert_true(fabs(got - exact) <= exact * 0.004);
    }
    free(values);
}

static void an_empty_histogram_has_no_quantile(void **state) {
    struct histogram *histogram = *state;
    assert_true(isnan(histogram_quantile(histogram, 0.5)));
    assert_true(isnan(histogram_mean(histogram)));
    histogram_record(histogram, 5, 0);
    assert_true(isnan(histogram_quantile(histogram, 0.5)));
}

static void merging_is_recording_everything_in_one(void **state) {
    struct histogram *parts = *state;
    struct histogram *whole = memory_new(sizeof *whole);
    struct random random;
    random_seed(&random, 6);
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t value = random_below(&random, 10000000);
        histogram_record(&parts[i % 2], value, 1 + i % 3);
        histogram_record(whole, value, 1 + i % 3);
    }
    histogram_merge(&parts[0], &parts[1]);
    assert_memory_equal(&parts[0], whole, sizeof *whole);
    free(whole);
}

static void counts_below_a_limit_are_known(void **state) {
    struct histogram *histogram = *state;
    histogram_record(histogram, 100, 3);
    histogram_record(histogram, 2000000, 2);
    assert_int_equal(histogram_count_below(histogram, 100), 3);
    assert_int_equal(histogram_count_below(histogram, 99), 0);
    assert_int_equal(histogram_count_below(histogram, 3000000), 5);
}

static void encoding_comes_back_and_is_small(void **state) {
    struct histogram *histogram = *state;
    struct histogram *back = histogram + 1;
    struct random random;
    random_seed(&random, 8);
    for (int i = 0; i < 100000; i++) {
        uint64_t value = (uint64_t)random_lognormal(&random, 400000, 1.0);
        histogram_record(histogram, value, 1);
    }
    uint8_t *bytes = memory_new(HISTOGRAM_ENCODED_MAX);
    size_t length = histogram_encode(histogram, bytes, HISTOGRAM_ENCODED_MAX);
    assert_true(length > 0 && length < 8192);
    struct error err = {0};
    assert_true(histogram_decode(back, bytes, length, &err));
    assert_memory_equal(back, histogram, sizeof *back);
    assert_int_equal(histogram_encode(histogram, bytes, length - 1), 0);
    free(bytes);
}

static void the_fullest_histogram_still_fits(void **state) {
    struct histogram *histogram = *state;
    for (size_t i = 0; i < HISTOGRAM_COUNTS; i++) {
        histogram_record(histogram, histogram_step_low(i), UINT64_C(1) << 48);
    }
    uint8_t *bytes = memory_new(HISTOGRAM_ENCODED_MAX);
    assert_true(histogram_encode(histogram, bytes, HISTOGRAM_ENCODED_MAX) > 0);
    free(bytes);
}

static void other_bytes_are_refused(void **state) {
    struct histogram *histogram = *state;
    histogram_record(histogram, 77, 5);
    histogram_record(histogram, 100000, 5);
    uint8_t bytes[64];
    size_t length = histogram_encode(histogram, bytes, sizeof bytes);
    struct histogram *back = histogram + 1;
    struct error err = {0};
    for (size_t cut = 0; cut < length; cut++) {
        assert_false(histogram_decode(back, bytes, cut, &err));
    }
    bytes[0] = HISTOGRAM_LAYOUT + 1;
    assert_false(histogram_decode(back, bytes, length, &err));
    bytes[0] = HISTOGRAM_LAYOUT;
    bytes[1]++;
    assert_false(histogram_decode(back, bytes, length, &err));
    assert_int_equal(back->count, 0);
}

#define PAIR_TEST(test) cmocka_unit_test_setup_teardown(test, make_pair, free_pair)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_lies_in_its_step),
        PAIR_TEST(quantiles_are_within_four_per_mille),
        PAIR_TEST(an_empty_histogram_has_no_quantile),
        PAIR_TEST(merging_is_recording_everything_in_one),
        PAIR_TEST(counts_below_a_limit_are_known),
        PAIR_TEST(encoding_comes_back_and_is_small),
        PAIR_TEST(the_fullest_histogram_still_fits),
        PAIR_TEST(other_bytes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
