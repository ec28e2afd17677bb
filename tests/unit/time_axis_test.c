/* SPDX-License-Identifier: MIT */
#include "ui/time_axis.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/units.h"

enum { COLUMNS = 60 };

#define START_S UINT64_C(10000)

static bool is_gap(float value) {
    return isnan(value) != 0;
}

/* A value per second that counts up, but for a gap. */
static struct series *series_with_gap(uint64_t gap_from_s, uint64_t gap_until_s) {
    struct series *series = memory_new(sizeof *series);
    series_init(series, NS_PER_S);
    for (uint64_t s = START_S - 400; s <= START_S; s++) {
        if (s >= gap_from_s && s < gap_until_s) continue;
        series_put(series, s * NS_PER_S, (float)(s - (START_S - 400)));
    }
    return series;
}

static void only_the_newest_column_changes_between_shifts(void **state) {
    (void)state;
    struct series *series = series_with_gap(0, 0);
    uint64_t window_ns = 300 * NS_PER_S; /* 5 s a column */
    uint64_t aligned_s = START_S - 100;
    float first[COLUMNS];
    struct time_axis axis = time_axis_of(aligned_s * NS_PER_S, window_ns, COLUMNS, 1);
    time_axis_read(&axis, series, first);
    for (uint64_t s = 0; s < 5; s++) {
        float values[COLUMNS];
        axis = time_axis_of((aligned_s + s) * NS_PER_S, window_ns, COLUMNS, 1);
        time_axis_read(&axis, series, values);
        assert_memory_equal(first, values, (COLUMNS - 1) * sizeof *values);
    }
    float shifted[COLUMNS];
    axis = time_axis_of((aligned_s + 5) * NS_PER_S, window_ns, COLUMNS, 1);
    time_axis_read(&axis, series, shifted);
    assert_memory_equal(first + 1, shifted, (COLUMNS - 2) * sizeof *shifted);
    free(series);
}

static void columns_of_a_cell_shift_together(void **state) {
    (void)state;
    uint64_t from_ns = 0;
    unsigned shifts = 0;
    for (uint64_t ms = 0; ms < 60000; ms += 100) {
        uint64_t view_ns = START_S * NS_PER_S + ms * NS_PER_MS;
        struct time_axis axis = time_axis_of(view_ns, 300 * NS_PER_S, COLUMNS, 2);
        if (from_ns != 0 && axis.from_ns != from_ns) {
            assert_int_equal(axis.from_ns - from_ns, 2 * axis.bucket_ns);
            shifts++;
        }
        from_ns = axis.from_ns;
        assert_true(axis.from_ns + COLUMNS * axis.bucket_ns > view_ns);
    }
    assert_int_equal(shifts, 5);
}

static void a_gap_stays_a_gap(void **state) {
    (void)state;
    struct series *series = series_with_gap(START_S - 100, START_S - 80);
    float values[COLUMNS];
    struct time_axis axis =
        time_axis_of(START_S * NS_PER_S, 300 * NS_PER_S, COLUMNS, 1);
    time_axis_read(&axis, series, values);
    int gaps = 0;
    for (size_t i = 0; i < COLUMNS; i++) gaps += is_gap(values[i]) ? 1 : 0;
    assert_int_equal(gaps, 4);
    free(series);
}

static void one_slot_missed_by_a_late_poll_is_no_gap(void **state) {
    (void)state;
    for (uint64_t missed = 1; missed <= 2; missed++) {
        struct series *series = series_with_gap(START_S - 30, START_S - 30 + missed);
        for (uint64_t window_s = 20; window_s <= 60; window_s += 20) {
            float values[COLUMNS];
            struct time_axis axis =
                time_axis_of(START_S * NS_PER_S, window_s * NS_PER_S, COLUMNS, 1);
            time_axis_read(&axis, series, values);
            int gaps = 0;
            for (size_t i = 0; i + 3 < COLUMNS; i++) gaps += is_gap(values[i]) ? 1 : 0;
            bool seen = window_s > 30;
            assert_int_equal(gaps > 0, seen && missed == 2);
        }
        free(series);
    }
}

static void nothing_after_the_view_time_is_shown(void **state) {
    (void)state;
    struct series *series = series_with_gap(0, 0);
    for (uint64_t window_s = 30; window_s <= 900; window_s *= 3) {
        uint64_t view_ns = (START_S - 50) * NS_PER_S;
        float values[COLUMNS];
        struct time_axis axis = time_axis_of(view_ns, window_s * NS_PER_S, COLUMNS, 2);
        time_axis_read(&axis, series, values);
        for (size_t i = 0; i < COLUMNS; i++) {
            uint64_t at_ns = axis.from_ns + i * axis.bucket_ns;
            if (at_ns > view_ns) assert_true(is_gap(values[i]));
        }
        struct time_range range = time_axis_range(&axis, series, values);
        assert_true(range.peak <= 352); /* held with a little less than it came */
    }
    free(series);
}

static void columns_finer_than_the_values_hold_them(void **state) {
    (void)state;
    struct series *series = series_with_gap(0, 0);
    float values[COLUMNS];
    struct time_axis axis = time_axis_of(START_S * NS_PER_S, 20 * NS_PER_S, COLUMNS, 1);
    time_axis_read(&axis, series, values);
    for (size_t i = 0; i < COLUMNS - 2; i++) assert_false(is_gap(values[i]));
    free(series);
}

static void before_the_beginning_of_time_there_is_nothing(void **state) {
    (void)state;
    struct series *series = memory_new(sizeof *series);
    series_init(series, NS_PER_S);
    series_put(series, NS_PER_S, 7);
    float values[COLUMNS];
    struct time_axis axis = time_axis_of(2 * NS_PER_S, 60 * NS_PER_S, COLUMNS, 1);
    time_axis_read(&axis, series, values);
    assert_true(axis.missing > 0);
    for (size_t i = 0; i < axis.missing; i++) assert_true(is_gap(values[i]));
    time_axis_read(&axis, NULL, values);
    assert_true(is_gap(values[COLUMNS - 1]));
    free(series);
}

static void the_scale_grows_at_once_and_shrinks_late(void **state) {
    (void)state;
    struct series *series = memory_new(sizeof *series);
    series_init(series, NS_PER_S);
    for (uint64_t s = START_S - 200; s <= START_S + 200; s++) {
        series_put(series, s * NS_PER_S, s == START_S ? 900 : 10);
    }
    for (uint64_t after_s = 0; after_s < 120; after_s++) {
        float values[COLUMNS];
        uint64_t view_ns = (START_S + after_s) * NS_PER_S;
        struct time_axis axis = time_axis_of(view_ns, 60 * NS_PER_S, COLUMNS, 1);
        time_axis_read(&axis, series, values);
        float peak = time_axis_range(&axis, series, values).peak;
        if (after_s < 85) assert_true(peak == 900);
        if (after_s > 95) assert_true(peak == 10);
    }
    free(series);
}

static void scales_are_round_numbers_at_or_above_the_peak(void **state) {
    (void)state;
    assert_true(time_axis_scale(NAN) == 1);
    assert_true(time_axis_scale(0) == 1);
    assert_true(time_axis_scale(3) == 3);
    assert_true(time_axis_scale(41) == 50);
    assert_true(time_axis_scale(1630) == 2000);
    float peak = 1e-6F;
    for (int i = 0; i < 100; i++) {
        peak *= 1.37F;
        float scale = time_axis_scale(peak);
        assert_true(scale >= peak && scale <= peak * 1.6F);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_newest_column_changes_between_shifts),
        cmocka_unit_test(columns_of_a_cell_shift_together),
        cmocka_unit_test(a_gap_stays_a_gap),
        cmocka_unit_test(one_slot_missed_by_a_late_poll_is_no_gap),
        cmocka_unit_test(nothing_after_the_view_time_is_shown),
        cmocka_unit_test(columns_finer_than_the_values_hold_them),
        cmocka_unit_test(before_the_beginning_of_time_there_is_nothing),
        cmocka_unit_test(the_scale_grows_at_once_and_shrinks_late),
        cmocka_unit_test(scales_are_round_numbers_at_or_above_the_peak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
