/* SPDX-License-Identifier: MIT */
#include "ui/sheet.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT = 2 * SHEET_BYTES_MAX };

static struct sheet two_columns(void) {
    struct sheet sheet;
    sheet_init(&sheet);
    sheet_name(&sheet, "name");
    sheet_name_number(&sheet, "count");
    return sheet;
}

static void expect(struct buffer *seen, const char *words) {
    assert_string_equal(buffer_string(seen), words);
    buffer_clear(seen);
}

static void text_stands_in_columns_without_blanks_at_the_end(void **state) {
    (void)state;
    struct sheet sheet = two_columns();
    struct buffer to;
    buffer_init(&to, LIMIT);
    sheet_add(&sheet, "première");
    sheet_add_number(&sheet, 7);
    sheet_add(&sheet, "b");
    sheet_add_number(&sheet, NAN);
    sheet_write_text(&sheet, &to);
    expect(&to, "name      count\npremière      7\nb\n");
    sheet_clear(&sheet);
}

static void csv_quotes_what_has_to_be(void **state) {
    (void)state;
    struct sheet sheet = two_columns();
    struct buffer to;
    buffer_init(&to, LIMIT);
    sheet_add(&sheet, "a, \"b\"");
    sheet_add_number(&sheet, -0.25);
    sheet_add(&sheet, "=HYPERLINK(1)");
    sheet_add_number(&sheet, NAN);
    sheet_write_csv(&sheet, &to);
    expect(&to, "name,count\r\n\"a, \"\"b\"\"\",-0.25\r\n\"'=HYPERLINK(1)\",\r\n");
    sheet_clear(&sheet);
}

static void json_tells_numbers_from_words_and_from_nothing(void **state) {
    (void)state;
    struct sheet sheet = two_columns();
    struct buffer to;
    buffer_init(&to, LIMIT);
    sheet_add(&sheet, "7\"");
    sheet_add_number(&sheet, 1e9);
    sheet_add(&sheet, "");
    sheet_add_number(&sheet, NAN);
    struct json_writer json = json_writer_to(&to);
    sheet_write_json(&sheet, &json);
    expect(
        &to, "[{\"name\":\"7\\\"\",\"count\":1e+09},{\"name\":\"\",\"count\":null}]");
    sheet_clear(&sheet);
}

static void a_sheet_that_is_full_ends_with_a_whole_row(void **state) {
    (void)state;
    struct sheet sheet = two_columns();
    struct buffer to;
    buffer_init(&to, 2 * (size_t)LIMIT);
    char words[1000];
    memset(words, 'x', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    for (unsigned i = 0; i < 1200; i++) {
        sheet_add(&sheet, words);
        sheet_add_number(&sheet, i);
    }
    assert_in_range(sheet.rows, 1000, 1100);
    sheet_write_csv(&sheet, &to);
    assert_false(to.overflow);
    assert_memory_equal(to.data + to.length - 2, "\r\n", 2);
    buffer_clear(&to);
    sheet_clear(&sheet);
}

static void a_sheet_without_rows_is_its_names(void **state) {
    (void)state;
    struct sheet sheet = two_columns();
    struct buffer to;
    buffer_init(&to, LIMIT);
    sheet_write_csv(&sheet, &to);
    expect(&to, "name,count\r\n");
    sheet_clear(&sheet);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_stands_in_columns_without_blanks_at_the_end),
        cmocka_unit_test(csv_quotes_what_has_to_be),
        cmocka_unit_test(json_tells_numbers_from_words_and_from_nothing),
        cmocka_unit_test(a_sheet_that_is_full_ends_with_a_whole_row),
        cmocka_unit_test(a_sheet_without_rows_is_its_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
