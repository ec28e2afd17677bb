/* SPDX-License-Identifier: MIT */
#include "core/series.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "core/random.h"

#define STEP_NS UINT64_C(1000000000)

static int make_series(void **state) {
    struct series *series = memory_new(sizeof *series);
    series_init(series, STEP_NS);
    *state = series;
    return 0;
}

static int free_series(void **state) {
    free(*state);
    return 0;
}

static void an_empty_series_has_no_value(void **state) {
    assert_true(isnan(series_at(*state, 5 * STEP_NS)));
    struct series *untouched = memory_new(sizeof *untouched);
    assert_true(isnan(series_at(untouched, 0)));
    float columns[3];
    series_columns(untouched, 0, 3 * STEP_NS, columns, 3);
    assert_true(isnan(columns[0]) && isnan(columns[2]));
    free(untouched);
}

static void values_stand_in_their_slots_and_gaps_stay_gaps(void **state) {
    struct series *series = *state;
    series_put(series, 10 * STEP_NS + 5, 1);
    series_put(series, 13 * STEP_NS, 4);
    assert_true(series_at(series, 10 * STEP_NS + 999) == 1);
    assert_true(isnan(series_at(series, 11 * STEP_NS)));
    assert_true(series_at(series, 13 * STEP_NS) == 4);
    assert_true(series_at(series, 14 * STEP_NS) == 4);
    assert_true(isnan(series_at(series, 15 * STEP_NS)));
}

static void older_values_are_dropped(void **state) {
    struct series *series = *state;
    series_put(series, 10 * STEP_NS, 1);
    series_put(series, 9 * STEP_NS, 2);
    assert_true(series_at(series, 10 * STEP_NS) == 1);
}

static void the_hour_falls_back_to_the_day(void **state) {
    struct series *series = *state;
    for (uint64_t s = 0; s < 20000; s++) {
        uint64_t tens = s / 10;
        series_put(series, s * STEP_NS, (float)tens);
    }
    assert_true(
        series_at(series, 19999 * STEP_NS) == 1999 ||
        fabsf(series_at(series, 19999 * STEP_NS) - 1999) < 8);
    assert_true(fabsf(series_at(series, 100 * STEP_NS) - 10) < 0.1F);
}

static void a_jump_past_the_whole_ring_leaves_only_gaps(void **state) {
    struct series *series = *state;
    series_put(series, STEP_NS, 1);
    series_put(series, UINT64_C(1000000) * STEP_NS, 2);
    assert_true(isnan(series_at(series, 999999 * STEP_NS)));
    assert_true(series_at(series, 1000000 * STEP_NS) == 2);
    assert_true(isnan(series_at(series, STEP_NS)));
}

static void values_keep_two_and_a_half_digits(void **state) {
    struct series *series = *state;
    static const float values[] = {0, 0.001F, 0.25F, 1, 412, 1.6e9F, 3e12F};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        series_put(series, (i + 1) * STEP_NS, values[i]);
        float kept = series_at(series, (i + 1) * STEP_NS);
        assert_true(fabsf(kept - values[i]) <= values[i] * 0.004F);
    }
    series_put(series, 20 * STEP_NS, NAN);
    assert_true(isnan(series_at(series, 20 * STEP_NS)));
}

static void columns_are_means_of_what_is_there(void **state) {
    struct series *series = *state;
    for (uint64_t s = 100; s < 110; s++) {
        series_put(series, s * STEP_NS, s == 103 ? NAN : (float)(s - 100));
    }
    float columns[5];
    series_columns(series, 100 * STEP_NS, 110 * STEP_NS, columns, 5);
    assert_true(columns[0] == 0.5F);
    assert_true(columns[1] == 2);
    assert_true(columns[4] == 8.5F);
    series_columns(series, 90 * STEP_NS, 100 * STEP_NS, columns, 5);
    assert_true(isnan(columns[0]));
    series_columns(series, 104 * STEP_NS, 106 * STEP_NS, columns, 4);
    assert_true(columns[0] == 4 && columns[1] == 4 && columns[2] == 5);
}

static void columns_past_the_hour_are_means_too(void **state) {
    struct series *series = *state;
    uint64_t last = UINT64_C(4) * SERIES_FINE_COUNT;
    for (uint64_t s = 0; s < last; s++) {
        series_put(series, s * STEP_NS, s / 60 % 2 ? 100 : 300);
    }
    float columns[4];
    uint64_t until_ns = SERIES_FINE_COUNT * STEP_NS;
    series_columns(series, 0, until_ns, columns, 4);
    for (size_t i = 0; i < 4; i++) assert_true(fabsf(columns[i] - 200) < 1);
}

/* One by one, columns are what they are together: also where the hour ends, in gaps,
 * and where they are narrower than a slot. */
static void columns_do_not_depend_on_their_neighbours(void **state) {
    enum { COUNT = 64, ROUNDS = 2000 };
    struct series *series = *state;
    struct random random;
    random_seed(&random, 5);
    uint64_t now_ns = 20 * STEP_NS;
    while (now_ns < UINT64_C(25000) * STEP_NS) {
        series_put(series, now_ns, (float)random_unit(&random));
        now_ns += (random_below(&random, 50) == 0 ? 40 : 1) * STEP_NS;
    }
    for (unsigned round = 0; round < ROUNDS; round++) {
        float columns[COUNT];
        uint64_t width_ns = 1 + random_below(&random, 400 * STEP_NS);
        uint64_t from_ns = random_below(&random, 30000 * STEP_NS);
        if (round % 2) width_ns = 1 + random_below(&random, 3 * STEP_NS);
        series_columns(series, from_ns, from_ns + COUNT * width_ns, columns, COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            float one;
            uint64_t start_ns = from_ns + i * width_ns;
            series_columns(series, start_ns, start_ns + width_ns, &one, 1);
            assert_true(isnan(one) ? isnan(columns[i]) : columns[i] == one);
        }
    }
}

static void nothing_is_known_before_the_first_value(void **state) {
    struct series *series = *state;
    series_put(series, 119 * STEP_NS, 7);
    assert_true(isnan(series_at(series, 112 * STEP_NS)));
    float columns[2];
    series_columns(series, 110 * STEP_NS, 120 * STEP_NS, columns, 2);
    assert_true(isnan(columns[0]));
    assert_true(columns[1] == 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            an_empty_series_has_no_value, make_series, free_series),
        cmocka_unit_test_setup_teardown(
            values_stand_in_their_slots_and_gaps_stay_gaps, make_series, free_series),
        cmocka_unit_test_setup_teardown(
            older_values_are_dropped, make_series, free_series),
        cmocka_unit_test_setup_teardown(
            the_hour_falls_back_to_the_day, make_series, free_series),
        cmocka_unit_test_setup_teardown(
            a_jump_past_the_whole_ring_leaves_only_gaps, make_series, free_series),
        cmocka_unit_test_setup_teardown(
            values_keep_two_and_a_half_digits, make_series, free_series),
        cmocka_unit_test_setup_teardown(
            columns_are_means_of_what_is_there, make_series, free_series),
        cmocka_unit_test_setup_teardown(
            columns_past_the_hour_are_means_too, make_series, free_series),
        cmocka_unit_test_setup_teardown(
            columns_do_not_depend_on_their_neighbours, make_series, free_series),
        cmocka_unit_test_setup_teardown(
            nothing_is_known_before_the_first_value, make_series, free_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
