/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_character_comes_back(void **state) {
    (void)state;
    for (uint32_t rune = 0; rune <= 0x10FFFF; rune++) {
        if (rune >= 0xD800 && rune < 0xE000) continue;
        char bytes[UTF8_SIZE_MAX];
        unsigned length = utf8_put(bytes, rune);
        struct scan scan = {.at = bytes, .end = bytes + length};
        uint32_t back = 0;
        assert_true(utf8_next(&scan, &back));
        assert_int_equal(back, rune);
        assert_true(scan_done(&scan));
    }
}

static void malformed_bytes_are_refused_one_at_a_time(void **state) {
    (void)state;
    static const char *const bad[] = {
        "\x80",
        "\xC0\x80",
        "\xC1\xBF",
        "\xE0\x80\x80",
        "\xED\xA0\x80",
        "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xFF",
        "\xE2\x82",
        "\xC3(",
        "\xF0\x9F\x98",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct scan scan = scan_of(slice_of(bad[i]));
        uint32_t rune = 0;
        assert_false(utf8_next(&scan, &rune));
        assert_ptr_equal(scan.at, bad[i] + 1);
        assert_false(utf8_valid(slice_of(bad[i])));
    }
    assert_true(utf8_valid(slice_of("déjà vu ✔ 日本 😀")));
}

static void surrogates_are_written_as_the_replacement(void **state) {
    (void)state;
    char bytes[UTF8_SIZE_MAX];
    assert_int_equal(utf8_put(bytes, 0xD800), 3);
    assert_memory_equal(bytes, "\xEF\xBF\xBD", 3);
}

static void widths_are_those_of_a_terminal(void **state) {
    (void)state;
    assert_int_equal(utf8_width('a'), 1);
    assert_int_equal(utf8_width(0x1B), 0);
    assert_int_equal(utf8_width(0x301), 0);
    assert_int_equal(utf8_width(0x200B), 0);
    assert_int_equal(utf8_width(0x2714), 1);
    assert_int_equal(utf8_width(0x2502), 1);
    assert_int_equal(utf8_width(0x28FF), 1);
    assert_int_equal(utf8_width(0x4E2D), 2);
    assert_int_equal(utf8_width(0x1F600), 2);
    assert_int_equal(utf8_string_width("a日é"), 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_comes_back),
        cmocka_unit_test(malformed_bytes_are_refused_one_at_a_time),
        cmocka_unit_test(surrogates_are_written_as_the_replacement),
        cmocka_unit_test(widths_are_those_of_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
