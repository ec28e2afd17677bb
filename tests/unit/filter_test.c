/* SPDX-License-Identifier: MIT */
#include "ui/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void words_are_found_whatever_their_case(void **state) {
    (void)state;
    struct filter filter = {.words = "TimeOut"};
    assert_true(filter_lets(&filter, "upstream_timeout POST /chat"));
    assert_false(filter_lets(&filter, "tool_error"));
}

static void an_exclamation_mark_inverts(void **state) {
    (void)state;
    struct filter filter = {.words = "!timeout"};
    assert_false(filter_lets(&filter, "upstream_timeout"));
    assert_true(filter_lets(&filter, "tool_error"));
}

static void nothing_lets_everything_through(void **state) {
    (void)state;
    struct filter none = {.words = ""};
    struct filter begun = {.words = "!"};
    assert_true(filter_lets(&none, "x"));
    assert_true(filter_lets(&begun, "x"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_whatever_their_case),
        cmocka_unit_test(an_exclamation_mark_inverts),
        cmocka_unit_test(nothing_lets_everything_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
