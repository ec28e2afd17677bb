/* SPDX-License-Identifier: MIT */
#include "io/regex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static struct error err;

static bool matches(const char *pattern, const char *subject) {
    struct regex *regex = regex_new(slice_of(pattern), &err);
    assert_non_null(regex);
    bool found = false;
    assert_true(regex_matches(regex, slice_of(subject), &found, &err));
    regex_free(regex);
    return found;
}

static void patterns_occur_or_do_not(void **state) {
    (void)state;
    assert_true(matches("\\b391\\b", "17 * 23 is 391."));
    assert_false(matches("\\b391\\b", "17 * 23 is 3910."));
    assert_true(matches("", ""));
    assert_true(matches("^h.llo$", "h\xC3\xA9llo"));
    assert_true(matches("(a)(b)(c)(d)", "abcd"));
    assert_true(matches("(?i)ERROR", "an error"));
}

static void malformed_utf_8_never_matches(void **state) {
    (void)state;
    assert_false(matches(
        "a.b", "a\xFF"
               "b"));
    assert_true(matches(
        "ab", "\xFF"
              "ab"));
}

static void bad_patterns_name_the_place(void **state) {
    (void)state;
    assert_null(regex_new(slice_of("a(b"), &err));
    assert_int_equal(err.code, ERROR_SYNTAX);
    assert_non_null(strstr(err.message, "character 4"));
    assert_null(regex_new(slice_of("\\C"), &err));
    assert_int_equal(err.code, ERROR_SYNTAX);

    char *long_pattern = memory_new(REGEX_PATTERN_MAX + 2);
    memset(long_pattern, 'a', REGEX_PATTERN_MAX + 1);
    assert_null(regex_new(slice_of(long_pattern), &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    memset(long_pattern, '(', 100);
    memset(long_pattern + 100, ')', 100);
    long_pattern[200] = '\0';
    assert_null(regex_new(slice_of(long_pattern), &err));
    free(long_pattern);
    regex_free(NULL);
}

static void give_up_on(const char *pattern, char fill, size_t length) {
    struct regex *regex = regex_new(slice_of(pattern), &err);
    assert_non_null(regex);
    char *text = memory_new(length + 1);
    memset(text, fill, length);
    bool found = true;
    err.code = ERROR_NONE;
    assert_false(regex_matches(regex, (struct slice){text, length}, &found, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_true(found);
    free(text);
    regex_free(regex);
}

static void costly_patterns_give_up(void **state) {
    (void)state;
    give_up_on("^(a+)+\\d", 'a', 64);
    give_up_on("a*a*a*a*\\d", 'a', 100000);
    give_up_on("(?:a|aa)+\\d", 'a', 1000);
    give_up_on("x", 'a', REGEX_SUBJECT_MAX + 1);
}

static void a_long_text_is_no_problem_for_a_plain_pattern(void **state) {
    (void)state;
    char *text = memory_new(REGEX_SUBJECT_MAX + 1);
    memset(text, 'a', REGEX_SUBJECT_MAX);
    assert_false(matches("needle", text));
    memcpy(text + REGEX_SUBJECT_MAX - 6, "needle", sizeof "needle");
    assert_true(matches("needle", text));
    assert_true(matches("n.*e$", text));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_occur_or_do_not),
        cmocka_unit_test(malformed_utf_8_never_matches),
        cmocka_unit_test(bad_patterns_name_the_place),
        cmocka_unit_test(costly_patterns_give_up),
        cmocka_unit_test(a_long_text_is_no_problem_for_a_plain_pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
