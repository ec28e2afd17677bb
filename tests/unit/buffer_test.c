/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void buffer_refuses_what_passes_its_limit_as_a_whole(void **state) {
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 8);
    assert_true(buffer_add_string(&buffer, "12345678"));
    assert_false(buffer_add_char(&buffer, '9'));
    assert_true(buffer.overflow);
    assert_string_equal(buffer_string(&buffer), "12345678");
    buffer_reset(&buffer);
    assert_false(buffer.overflow);
    assert_false(buffer_addf(&buffer, "%s", "123456789"));
    assert_int_equal(buffer.length, 0);
    buffer_clear(&buffer);
}

static void buffer_grows_and_forgets_from_the_front(void **state) {
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 100000);
    for (int i = 0; i < 5000; i++) assert_true(buffer_addf(&buffer, "%05d,", i));
    assert_int_equal(buffer.length, 30000);
    buffer_consume(&buffer, 29994);
    assert_true(slice_equals(buffer_slice(&buffer), "04999,"));
    buffer_consume(&buffer, 6);
    assert_int_equal(buffer.length, 0);
    buffer_clear(&buffer);
    assert_string_equal(buffer_string(&buffer), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buffer_refuses_what_passes_its_limit_as_a_whole),
        cmocka_unit_test(buffer_grows_and_forgets_from_the_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
