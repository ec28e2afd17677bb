/* SPDX-License-Identifier: MIT */
#include "ui/run_text.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *text_of(const uint32_t *runes, int count, bool utf8) {
    static char bytes[RUN_TEXT_SIZE + 1];
    struct cell cells[16] = {0};
    struct theme theme;
    theme_init(&theme);
    for (int i = 0; i < count; i++) cells[i].rune = runes[i];
    bytes[run_text(cells, count, &theme, utf8, bytes)] = '\0';
    return bytes;
}

static void characters_are_written_as_utf8(void **state) {
    (void)state;
    const uint32_t runes[] = {'a', 0xE9, 0x2500, 0x28FF, '~'};
    assert_string_equal(text_of(runes, 5, true), "aé─⣿~");
}

static void a_terminal_without_utf8_gets_question_marks(void **state) {
    (void)state;
    const uint32_t runes[] = {'a', 0x2500, 'b'};
    assert_string_equal(text_of(runes, 3, false), "a?b");
}

static void a_wide_character_takes_two_cells(void **state) {
    (void)state;
    const uint32_t runes[] = {0x6F22, 0, 'x'};
    assert_string_equal(text_of(runes, 3, true), "漢x");
}

/* The canvas and the terminal must agree on every width. */
static void a_width_that_differs_is_never_sent(void **state) {
    (void)state;
    const uint32_t narrow[] = {0x6F22, 'x'};
    assert_string_equal(text_of(narrow, 2, true), "?x");
    const uint32_t wide[] = {0xE9, 0, 'x'};
    assert_string_equal(text_of(wide, 3, true), "\u3000x");
    const uint32_t control[] = {0x1B, 0x9B, 'x'};
    assert_string_equal(text_of(control, 3, true), "??x");
}

static void padding_is_left_out_of_codes(void **state) {
    (void)state;
    char code[32];
    struct text text = TEXT_IN(code);
    run_text_add_code(&text, "\033[H\033[J$<50/>!");
    run_text_add_code(&text, NULL);
    run_text_add_code(&text, "$<5");
    assert_string_equal(code, "\033[H\033[J!$<5");
}

static void moves_count_from_one(void **state) {
    (void)state;
    char code[32];
    struct text text = TEXT_IN(code);
    run_text_add_move(&text, 0, 9);
    run_text_add_move(&text, 511, 255);
    assert_string_equal(code, "\033[10;1H\033[256;512H");
}

int main(void) {
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_are_written_as_utf8),
        cmocka_unit_test(a_terminal_without_utf8_gets_question_marks),
        cmocka_unit_test(a_wide_character_takes_two_cells),
        cmocka_unit_test(a_width_that_differs_is_never_sent),
        cmocka_unit_test(padding_is_left_out_of_codes),
        cmocka_unit_test(moves_count_from_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
