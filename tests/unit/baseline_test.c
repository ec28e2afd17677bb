/* SPDX-License-Identifier: MIT */
#include "core/baseline.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/random.h"

static void a_quantile_is_the_value_that_so_many_do_not_exceed(void **state) {
    (void)state;
    struct baseline baseline = {0};
    /* 1 to 1000, in an order of its own. */
    for (uint64_t i = 0; i < 1000; i++) baseline_add(&baseline, 1 + i * 7 % 1000);
    assert_true(baseline_is_enough(&baseline));
    static const struct {
        double quantile;
        uint64_t value;
    } rows[] = {{0.5, 500},  {0.9, 900}, {0.95, 950},
                {0.99, 990}, {1, 1000},  {0.001, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(baseline_quantile(&baseline, rows[i].quantile), rows[i].value);
    }
}

static void fewer_than_a_thousand_make_no_limit(void **state) {
    (void)state;
    struct baseline baseline = {0};
    assert_int_equal(baseline_quantile(&baseline, 0.5), 0);
    for (uint64_t i = 0; i < BASELINE_LEAST; i++) {
        assert_false(baseline_is_enough(&baseline));
        baseline_add(&baseline, i);
    }
    assert_true(baseline_is_enough(&baseline));
    assert_int_equal(baseline_quantile(&baseline, (double)NAN), 0);
    assert_int_equal(baseline_quantile(&baseline, 0), 0);
    assert_int_equal(baseline_quantile(&baseline, 2), 0);
}

static void only_the_last_ones_count(void **state) {
    (void)state;
    struct baseline baseline = {0};
    for (unsigned i = 0; i < 5000; i++) baseline_add(&baseline, 9000);
    uint64_t high = UINT64_MAX;
    for (unsigned i = 0; i < BASELINE_ROOM; i++) baseline_add(&baseline, high - i);
    assert_true(baseline_quantile(&baseline, 0.0001) > high - BASELINE_ROOM);
}

static void values_are_kept(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 6);
    struct baseline baseline = {0};
    for (unsigned i = 0; i < 3000; i++) {
        baseline_add(&baseline, random_below(&random, 100000));
    }
    static uint8_t bytes[BASELINE_ROOM * 8];
    struct byte_writer writer = byte_writer_in(bytes, sizeof bytes);
    record_put(&baseline_record, &baseline, &writer);
    assert_false(writer.overflow);
    struct baseline again;
    memset(&again, 0, sizeof again);
    struct byte_reader reader = byte_reader_of(bytes, writer.length);
    assert_true(record_get(&baseline_record, &again, &reader));
    assert_memory_equal(&again, &baseline, sizeof again);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quantile_is_the_value_that_so_many_do_not_exceed),
        cmocka_unit_test(fewer_than_a_thousand_make_no_limit),
        cmocka_unit_test(only_the_last_ones_count),
        cmocka_unit_test(values_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
