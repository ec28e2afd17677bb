/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void text_remembers_that_something_was_cut(void **state) {
    (void)state;
    char data[8];
    struct text text = TEXT_IN(data);
    text_add(&text, "four");
    assert_false(text.truncated);
    text_addf(&text, "%s", "fives");
    assert_true(text.truncated);
    assert_string_equal(data, "fourfiv");
    assert_int_equal(text.length, 7);
    text_add_char(&text, '!');
    assert_string_equal(data, "fourfiv");
    text_reset(&text);
    assert_false(text.truncated);
    assert_string_equal(data, "");
}

static void text_copy_takes_all_or_nothing(void **state) {
    (void)state;
    char to[5] = "old";
    assert_true(text_copy(to, sizeof to, "four"));
    assert_string_equal(to, "four");
    assert_false(text_copy(to, sizeof to, "fives"));
    assert_string_equal(to, "");
}

static void text_copy_cut_keeps_characters_whole(void **state) {
    (void)state;
    char to[5];
    text_copy_cut(to, sizeof to, "abcé");
    assert_string_equal(to, "abc");
    text_copy_cut(to, sizeof to, "abé");
    assert_string_equal(to, "abé");
    text_copy_cut(to, sizeof to, "");
    assert_string_equal(to, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_remembers_that_something_was_cut),
        cmocka_unit_test(text_copy_takes_all_or_nothing),
        cmocka_unit_test(text_copy_cut_keeps_characters_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
