/* SPDX-License-Identifier: MIT */
#include "base/units.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void durations_need_a_unit(void **state) {
    (void)state;
    static const struct {
        const char *from;
        uint64_t ns;
    } good[] = {
        {"250ms", 250 * NS_PER_MS}, {"2s", 2 * NS_PER_S},
        {"1.5h", 5400 * NS_PER_S},  {"10m", 600 * NS_PER_S},
        {"7d", 604800 * NS_PER_S},  {"0s", 0},
        {"20us", 20 * NS_PER_US},   {"3ns", 3},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        uint64_t ns = 1;
        assert_true(units_parse_duration(slice_of(good[i].from), &ns));
        assert_true(ns == good[i].ns);
    }
    static const char *const bad[] = {"",    "5",      "s",  "-1s",       "1e3s",
                                      "5 s", "1.2.3s", "5S", "99999999d", ".s"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t ns = 1;
        assert_false(units_parse_duration(slice_of(bad[i]), &ns));
        assert_int_equal(ns, 1);
    }
}

static void ratios_are_between_nothing_and_all(void **state) {
    (void)state;
    double ratio = 0;
    assert_true(units_parse_ratio(slice_of("99.9%"), &ratio));
    assert_true(fabs(ratio - 0.999) < 1e-12);
    assert_true(units_parse_ratio(slice_of("0.25"), &ratio));
    assert_true(ratio == 0.25);
    assert_false(units_parse_ratio(slice_of("25"), &ratio));
    assert_false(units_parse_ratio(slice_of("101%"), &ratio));
    assert_false(units_parse_ratio(slice_of("-1%"), &ratio));
}

static void bytes_know_both_kinds_of_units(void **state) {
    (void)state;
    uint64_t bytes = 0;
    assert_true(units_parse_bytes(slice_of("64KiB"), &bytes));
    assert_int_equal(bytes, 65536);
    assert_true(units_parse_bytes(slice_of("1.5MB"), &bytes));
    assert_int_equal(bytes, 1500000);
    assert_true(units_parse_bytes(slice_of("300"), &bytes));
    assert_int_equal(bytes, 300);
    assert_false(units_parse_bytes(slice_of("1XB"), &bytes));
}

static void durations_are_written_in_six_cells(void **state) {
    (void)state;
    static const struct {
        uint64_t ns;
        const char *words;
    } cases[] = {
        {400000, "0.4ms"},           {14 * NS_PER_MS, "14ms"},
        {1410 * NS_PER_MS, "1.41s"}, {999600000, "1.00s"},
        {12 * NS_PER_S, "12.0s"},    {125 * NS_PER_S, "2m05s"},
        {11400 * NS_PER_S, "3h10m"}, {93600 * NS_PER_S, "26h"},
        {345600 * NS_PER_S, "4d"},   {3599 * NS_PER_S, "59m59s"},
        {5 * NS_PER_MS, "5ms"},      {2300000, "2.3ms"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char words[32];
        struct text text = TEXT_IN(words);
        units_add_duration(&text, cases[i].ns);
        assert_string_equal(words, cases[i].words);
        assert_true(text.length <= 6);
    }
}

static void counts_keep_three_digits(void **state) {
    (void)state;
    static const struct {
        double count;
        const char *words;
    } cases[] = {
        {0, "0"},         {3.14, "3.1"},   {412, "412"},     {12400, "12.4k"},
        {8.2e6, "8.20M"}, {0.25, "0.25"},  {999.9, "1.00k"}, {99.96, "100"},
        {NAN, "-"},       {INFINITY, "-"}, {41.07, "41.1"},  {-3, "-3"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char words[32];
        struct text text = TEXT_IN(words);
        units_add_count(&text, cases[i].count);
        assert_string_equal(words, cases[i].words);
    }
}

static void sizes_and_percents_are_short(void **state) {
    (void)state;
    char words[64];
    struct text text = TEXT_IN(words);
    units_add_bytes(&text, 1.6 * 1073741824);
    text_add(&text, " ");
    units_add_bytes(&text, 512);
    text_add(&text, " ");
    units_add_percent(&text, 0.0003);
    text_add(&text, " ");
    units_add_percent(&text, 0.5);
    text_add(&text, " ");
    units_add_percent(&text, 1);
    text_add(&text, " ");
    units_add_percent(&text, NAN);
    assert_string_equal(words, "1.60G 512B 0.03 50.0 100 -");
}

static void whole_numbers_stay_in_range(void **state) {
    (void)state;
    assert_int_equal(units_whole(0), 0);
    assert_int_equal(units_whole(2.9), 2);
    assert_int_equal(units_whole(-1), 0);
    assert_int_equal(units_whole(NAN), 0);
    assert_int_equal(units_whole(9007199254740992.0), UINT64_C(9007199254740992));
    assert_true(units_whole(1e30) == UINT64_MAX);
    assert_true(units_whole(18446744073709551616.0) == UINT64_MAX);
    assert_true(units_whole(INFINITY) == UINT64_MAX);
    assert_int_equal(units_whole(-INFINITY), 0);
}

static void timestamps_are_utc(void **state) {
    (void)state;
    char words[64];
    struct text text = TEXT_IN(words);
    units_add_timestamp(&text, INT64_C(1763813403250));
    assert_string_equal(words, "2025-11-22T12:10:03.250Z");
    text_reset(&text);
    units_add_clock(&text, INT64_C(1763813403250));
    assert_string_equal(words, "12:10:03");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_need_a_unit),
        cmocka_unit_test(ratios_are_between_nothing_and_all),
        cmocka_unit_test(bytes_know_both_kinds_of_units),
        cmocka_unit_test(durations_are_written_in_six_cells),
        cmocka_unit_test(counts_keep_three_digits),
        cmocka_unit_test(sizes_and_percents_are_short),
        cmocka_unit_test(whole_numbers_stay_in_range),
        cmocka_unit_test(timestamps_are_utc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
