/* SPDX-License-Identifier: MIT */
#include "base/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void numbers_are_read_whole_or_not_at_all(void **state) {
    (void)state;
    uint64_t value = 7;
    assert_true(slice_u64(slice_of("18446744073709551615"), &value));
    assert_true(value == UINT64_MAX);
    static const char *const bad[] = {"",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "0x1",
                                      "18446744073709551616",
                                      "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        value = 7;
        assert_false(slice_u64(slice_of(bad[i]), &value));
        assert_int_equal(value, 7);
    }
    int64_t signed_value = 0;
    assert_true(slice_i64(slice_of("-9223372036854775807"), &signed_value));
    assert_true(signed_value == -INT64_MAX);
    assert_false(slice_i64(slice_of("9223372036854775808"), &signed_value));
    assert_false(slice_i64(slice_of("-"), &signed_value));
}

static void lines_end_in_lf_crlf_or_the_end(void **state) {
    (void)state;
    struct scan scan = scan_of(slice_of("one\r\n\ntwo"));
    struct slice line;
    assert_true(scan_line(&scan, &line));
    assert_true(slice_equals(line, "one"));
    assert_true(scan_line(&scan, &line));
    assert_true(slice_equals(line, ""));
    assert_true(scan_line(&scan, &line));
    assert_true(slice_equals(line, "two"));
    assert_false(scan_line(&scan, &line));
}

static void words_stand_between_blanks(void **state) {
    (void)state;
    struct scan scan = scan_of(slice_of("  set\tkey value "));
    struct slice word;
    assert_true(scan_word(&scan, &word));
    assert_true(slice_equals(word, "set"));
    assert_true(scan_word(&scan, &word));
    assert_true(slice_equals(word, "key"));
    assert_true(scan_word(&scan, &word));
    assert_true(slice_equals(word, "value"));
    assert_false(scan_word(&scan, &word));
}

static void literals_are_taken_only_when_there(void **state) {
    (void)state;
    struct scan scan = scan_of(slice_of("# TYPE x"));
    assert_false(scan_literal(&scan, "# HELP"));
    assert_true(scan_literal(&scan, "# TYPE "));
    assert_int_equal(scan_peek(&scan), 'x');
    assert_true(scan_char(&scan, 'x'));
    assert_false(scan_char(&scan, 'x'));
    assert_int_equal(scan_peek(&scan), 0);
    assert_true(slice_equals(scan_until(&scan, '='), ""));
}

static void trim_leaves_the_middle(void **state) {
    (void)state;
    assert_true(slice_equals(slice_trim(slice_of(" \ta b\t ")), "a b"));
    assert_true(slice_equals(slice_trim(slice_of(" \t")), ""));
}

static void an_empty_slice_needs_no_memory(void **state) {
    (void)state;
    struct slice nothing = {0};
    assert_true(slice_equals(nothing, ""));
    assert_false(slice_equals(nothing, "a"));
    assert_true(slice_starts_with(nothing, ""));
    struct scan scan = scan_of(nothing);
    assert_true(scan_done(&scan));
    assert_int_equal(scan_until(&scan, 'x').length, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
        cmocka_unit_test(lines_end_in_lf_crlf_or_the_end),
        cmocka_unit_test(words_stand_between_blanks),
        cmocka_unit_test(literals_are_taken_only_when_there),
        cmocka_unit_test(trim_leaves_the_middle),
        cmocka_unit_test(an_empty_slice_needs_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
