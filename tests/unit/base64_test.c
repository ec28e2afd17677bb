/* SPDX-License-Identifier: MIT */
#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The test vectors of RFC 4648, section 10, and bytes beyond ASCII. */
static const struct {
    const char *bytes, *text;
    size_t length;
} rows[] = {
    {"", "", 0},
    {"f", "Zg==", 1},
    {"fo", "Zm8=", 2},
    {"foo", "Zm9v", 3},
    {"foob", "Zm9vYg==", 4},
    {"fooba", "Zm9vYmE=", 5},
    {"foobar", "Zm9vYmFy", 6},
    {"\xfb\xff\xfe", "+//+", 3},
    {"\0\0", "AAA=", 2},
};

static void bytes_become_text_and_bytes_again(void **state) {
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 64);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        buffer_reset(&buffer);
        assert_true(base64_add(&buffer, (struct slice){rows[i].bytes, rows[i].length}));
        assert_string_equal(buffer_string(&buffer), rows[i].text);
        assert_true(buffer.length < BASE64_SIZE(rows[i].length));
        buffer_reset(&buffer);
        assert_true(base64_read(slice_of(rows[i].text), &buffer));
        assert_int_equal(buffer.length, rows[i].length);
        if (buffer.length > 0) {
            assert_memory_equal(buffer.data, rows[i].bytes, buffer.length);
        }
    }
    buffer_clear(&buffer);
}

static void what_is_no_base64_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "Z",      "Zg",   "Zg=",  "Zg==Zg==", "Z===", "====",       "Zm9*",
        "Zm9v\n", "Zm-v", "Zh==", "Zm9=",     "=m9v", "Zm9vYmF\x80"};
    struct buffer buffer;
    buffer_init(&buffer, 64);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (base64_read(slice_of(texts[i]), &buffer)) fail_msg("took %s", texts[i]);
    }
    buffer_clear(&buffer);
}

static void the_limit_holds(void **state) {
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 4);
    assert_true(base64_add(&buffer, slice_of("foo")));
    assert_false(base64_add(&buffer, slice_of("b")));
    buffer_reset(&buffer);
    assert_false(base64_read(slice_of("Zm9vYmFy"), &buffer));
    buffer_clear(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_text_and_bytes_again),
        cmocka_unit_test(what_is_no_base64_is_refused),
        cmocka_unit_test(the_limit_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
