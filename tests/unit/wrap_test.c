/* SPDX-License-Identifier: MIT */
#include "ui/wrap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect_row(struct slice row, const char *expected) {
    if (slice_equals(row, expected)) return;
    fail_msg("\"%.*s\" is not \"%s\"", (int)row.length, row.data, expected);
}

static void expect(const char *words, int width, const char *const *rows) {
    struct scan scan = scan_of(slice_of(words));
    for (; *rows; rows++) expect_row(wrap_next(&scan, width), *rows);
    assert_true(scan_done(&scan));
}

static void words_break_at_blanks(void **test) {
    (void)test;
    expect("one two three", 9, (const char *const[]){"one two", "three", NULL});
    expect("one two three", 13, (const char *const[]){"one two three", NULL});
    expect("one two three", 7, (const char *const[]){"one two", "three", NULL});
}

static void what_has_no_blank_breaks_where_the_row_ends(void **test) {
    (void)test;
    expect("abcdefgh", 3, (const char *const[]){"abc", "def", "gh", NULL});
    expect("a bcdefgh", 6, (const char *const[]){"a bcde", "fgh", NULL});
}

static void a_row_has_at_least_one_character(void **test) {
    (void)test;
    expect("→→", 0, (const char *const[]){"→", "→", NULL});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_break_at_blanks),
        cmocka_unit_test(what_has_no_blank_breaks_where_the_row_ends),
        cmocka_unit_test(a_row_has_at_least_one_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
