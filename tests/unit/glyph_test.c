/* SPDX-License-Identifier: MIT */
#include "ui/glyph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void ascii_stands_for_itself(void **state) {
    (void)state;
    for (uint32_t rune = 0x20; rune < 0x7F; rune++) {
        assert_int_equal(glyph_ascii(rune), rune);
    }
}

static void whatever_comes_is_printable_ascii(void **state) {
    (void)state;
    for (uint32_t rune = 0; rune <= 0x10FFFF; rune++) {
        uint32_t ascii = glyph_ascii(rune);
        if (ascii < 0x20 || ascii > 0x7E) fail_msg("U+%04X became %u", rune, ascii);
    }
}

static void marks_stay_apart(void **state) {
    (void)state;
    assert_int_equal(glyph_ascii(0x2714), '+');
    assert_int_equal(glyph_ascii(0x2718), 'X');
    assert_int_equal(glyph_ascii(0x25CF), '*');
    assert_int_equal(glyph_ascii(0x25CB), 'o');
    assert_int_equal(glyph_ascii(0x256D), '+');
    assert_int_equal(glyph_ascii(0x2500), '-');
    assert_int_equal(glyph_ascii(0x2503), '|');
    assert_int_equal(glyph_ascii(0x2588), '#');
    assert_int_equal(glyph_ascii(0x4E2D), '?');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ascii_stands_for_itself),
        cmocka_unit_test(whatever_comes_is_printable_ascii),
        cmocka_unit_test(marks_stay_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
