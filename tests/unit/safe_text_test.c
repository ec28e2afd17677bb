/* SPDX-License-Identifier: MIT */
#include "base/safe_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

static const char *made_safe(const char *from) {
    static char to[256];
    safe_text_copy(to, sizeof to, slice_of(from));
    return to;
}

static void control_characters_become_visible(void **state) {
    (void)state;
    assert_string_equal(made_safe("a\x1b[2Jb"), "a␛[2Jb");
    assert_string_equal(made_safe("\x07\x08\x7f"), "␇␈␡");
    assert_string_equal(made_safe("one\ntwo\r\n\tthree"), "one two   three");
    assert_string_equal(
        made_safe("\xC2\x9B"
                  "31m"),
        "\xEF\xBF\xBD"
        "31m");
    assert_string_equal(
        made_safe("\x9B"
                  "31m"),
        "\xEF\xBF\xBD"
        "31m");
}

static void misleading_characters_are_replaced(void **state) {
    (void)state;
    assert_string_equal(made_safe("a\u202Eb"), "a\uFFFDb");
    assert_string_equal(made_safe("a\u200Bb\u2066\uFEFF"), "a\uFFFDb\uFFFD\uFFFD");
    assert_string_equal(made_safe("\U000E0041"), "\uFFFD");
}

static void combining_floods_are_cut(void **state) {
    (void)state;
    assert_string_equal(made_safe("e\u0301\u0301\u0301\u0301x"), "e\u0301\u0301x");
    assert_string_equal(made_safe("\u0301x"), "x");
}

static void commands_of_build_servers_are_broken(void **state) {
    (void)state;
    assert_string_equal(made_safe("a ##[add-mask]b"), "a ##(add-mask]b");
    assert_string_equal(made_safe("##vso[task.x y=1;]z"), "##vso(task.x y=1;]z");
    assert_string_equal(made_safe("###[x] ##teamcity[y]"), "###(x] ##teamcity(y]");
    assert_string_equal(made_safe("## Title [1] #[x] ##"), "## Title [1] #[x] ##");

    struct buffer buffer;
    buffer_init(&buffer, 64);
    buffer_add_string(&buffer, "ours ##[group]");
    assert_true(safe_text_add_to_buffer(&buffer, slice_of("é ##[error]")));
    assert_string_equal(buffer_string(&buffer), "ours ##[group]é ##(error]");
    buffer_clear(&buffer);
}

static void ordinary_text_stays(void **state) {
    (void)state;
    assert_string_equal(made_safe("déjà vu, 日本, 50 % ✔"), "déjà vu, 日本, 50 % ✔");
}

static void cut_happens_at_a_character(void **state) {
    (void)state;
    char to[4];
    safe_text_copy(to, sizeof to, slice_of("ab日"));
    assert_string_equal(to, "ab");
}

static void random_bytes_are_always_safe(void **state) {
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        char from[64];
        for (size_t i = 0; i < sizeof from; i++) {
            seed = seed * 1664525U + 1013904223U;
            from[i] = (char)(seed >> 24);
        }
        char to[256];
        safe_text_copy(
            to, sizeof to, (struct slice){.data = from, .length = sizeof from});
        assert_true(utf8_valid(slice_of(to)));
        for (const char *at = to; *at; at++) {
            assert_true((unsigned char)*at >= ' ' && *at != 0x7F);
        }
    }
}

static void buffers_are_filled_in_the_same_way(void **state) {
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 16);
    assert_true(safe_text_add_to_buffer(&buffer, slice_of("a\x1b")));
    assert_string_equal(buffer_string(&buffer), "a␛");
    assert_false(safe_text_add_to_buffer(&buffer, slice_of("0123456789abcdef")));
    buffer_clear(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_characters_become_visible),
        cmocka_unit_test(misleading_characters_are_replaced),
        cmocka_unit_test(combining_floods_are_cut),
        cmocka_unit_test(commands_of_build_servers_are_broken),
        cmocka_unit_test(ordinary_text_stays),
        cmocka_unit_test(cut_happens_at_a_character),
        cmocka_unit_test(random_bytes_are_always_safe),
        cmocka_unit_test(buffers_are_filled_in_the_same_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
