/* SPDX-License-Identifier: MIT */
#include "core/decimal.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void assert_like_libc(const char *text) {
    struct scan scan = scan_of(slice_of(text));
    double value = 0;
    char *end = NULL;
    double expected = strtod(text, &end);
    assert_true(decimal_take(&scan, &value));
    if (bits_of(value) != bits_of(expected)) {
        fail_msg("%s: %.17g instead of %.17g", text, value, expected);
    }
    assert_int_equal(scan.at - text, end - text);
}

static void numbers_are_rounded_as_by_the_c_library(void **state) {
    (void)state;
    static const char *const texts[] = {
        "0",
        "-0",
        "0.0",
        "37.0",
        "1.",
        ".5",
        "00012.50",
        "1e5",
        "1E+5",
        "1.048576e+06",
        "9.007199254740993e15",
        "9007199254740993",
        "18446744073709551615",
        "18446744073709551616",
        "0.00015000000000000001",
        "1.7953358198073587e+09",
        "0.0003101825714111328",
        "1e22",
        "1e23",
        "1e-22",
        "5e-324",
        "2.2250738585072011e-308",
        "1.7976931348623157e308",
        "1e309",
        "-1e309",
        "1e-400",
        "1e99999999",
        "0e99999999",
        "123456789012345678901234567890.5",
        "0.1e-5",
        "1e",
        "1e+",
        "12abc",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_like_libc(texts[i]);
    }
}

static void random_numbers_are_rounded_as_by_the_c_library(void **state) {
    (void)state;
    uint64_t seed = 88172645463325252U; /* xorshift64 */
    for (int i = 0; i < 200000; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        char text[64];
        int exponent = (int)(seed % 61) - 30;
        snprintf(text, sizeof text, "%" PRIu64 "e%d", seed >> (seed % 40), exponent);
        assert_like_libc(text);
        double bits;
        memcpy(&bits, &seed, sizeof bits);
        if (!isfinite(bits)) continue;
        snprintf(text, sizeof text, "%.17g", bits);
        assert_like_libc(text);
    }
}

static void what_is_no_number_is_left_where_it_is(void **state) {
    (void)state;
    static const char *const texts[] = {"",   "-",   "+",  ".", "-.",
                                        "e5", "nan", " 1", "x"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct scan scan = scan_of(slice_of(texts[i]));
        double value = 42;
        assert_false(decimal_take(&scan, &value));
        assert_ptr_equal(scan.at, texts[i]);
        assert_float_equal(value, 42, 0);
    }
}

static void a_number_longer_than_the_limit_is_refused(void **state) {
    (void)state;
    char text[DECIMAL_LENGTH_MAX + 2];
    memset(text, '1', sizeof text);
    text[sizeof text - 1] = '\0';
    struct scan scan = scan_of(slice_of(text));
    double value;
    assert_false(decimal_take(&scan, &value));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_rounded_as_by_the_c_library),
        cmocka_unit_test(random_numbers_are_rounded_as_by_the_c_library),
        cmocka_unit_test(what_is_no_number_is_left_where_it_is),
        cmocka_unit_test(a_number_longer_than_the_limit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
