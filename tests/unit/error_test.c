/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void error_set_returns_false_and_keeps_the_words(void **state) {
    (void)state;
    struct error err = {0};
    assert_false(error_set(&err, ERROR_TIMEOUT, "no answer after %d polls", 3));
    assert_int_equal(err.code, ERROR_TIMEOUT);
    assert_string_equal(err.message, "no answer after 3 polls");
}

static void error_wrap_puts_what_was_being_done_in_front(void **state) {
    (void)state;
    struct error err = {0};
    error_set(&err, ERROR_SYNTAX, "unknown colour \"blu\"");
    assert_false(error_wrap(&err, "line %d", 3));
    error_wrap(&err, "reading dark.theme");
    assert_string_equal(
        err.message, "reading dark.theme: line 3: unknown colour \"blu\"");
    assert_int_equal(err.code, ERROR_SYNTAX);
}

static void error_may_quote_its_own_message(void **state) {
    (void)state;
    struct error err = {0};
    error_set(&err, ERROR_SYSTEM, "disk full");
    error_set(&err, ERROR_LOST, "again: %s", err.message);
    assert_string_equal(err.message, "again: disk full");
}

static void error_that_is_too_long_ends_in_dots(void **state) {
    (void)state;
    char words[2 * ERROR_MESSAGE_SIZE];
    memset(words, 'x', sizeof words);
    words[sizeof words - 1] = '\0';
    struct error err = {0};
    error_set(&err, ERROR_LIMIT, "%s", words);
    assert_int_equal(strlen(err.message), ERROR_MESSAGE_SIZE - 1);
    assert_string_equal(err.message + ERROR_MESSAGE_SIZE - 4, "...");
}

static void every_error_code_has_a_name(void **state) {
    (void)state;
    assert_string_equal(error_code_name(ERROR_NONE), "none");
    assert_string_equal(error_code_name(ERROR_CANCELLED), "cancelled");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_set_returns_false_and_keeps_the_words),
        cmocka_unit_test(error_wrap_puts_what_was_being_done_in_front),
        cmocka_unit_test(error_may_quote_its_own_message),
        cmocka_unit_test(error_that_is_too_long_ends_in_dots),
        cmocka_unit_test(every_error_code_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
