/* SPDX-License-Identifier: MIT */
#include "ui/prompt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/utf8.h"

static void type(struct prompt *prompt, const char *chords) {
    struct scan scan = scan_of(slice_of(chords));
    struct slice chord;
    while (scan_word(&scan, &chord)) {
        struct scan one = scan_of(chord);
        struct key key;
        assert_true(key_parse(&one, &key));
        prompt_on_key(prompt, &key);
    }
}

static void a_line_is_edited_where_the_cursor_is(void **state) {
    (void)state;
    static const struct {
        const char *keys, *words;
    } rows[] = {
        {"a b c", "abc"},
        {"a b c Backspace", "ab"},
        {"a b c Left Left X", "aXbc"},
        {"a b c Home Delete", "bc"},
        {"a b c Home Right Ctrl-K", "a"},
        {"a b Space c d Ctrl-W e", "ab e"},
        {"a b c Ctrl-U d", "d"},
        {"\xC3\xA9 \xE2\x9C\x94 Backspace", "\xC3\xA9"},
        {"\xC3\xA9 \xE2\x9C\x94 Left Left Delete", "\xE2\x9C\x94"},
        {"Backspace Delete Left Right Home End Ctrl-W", ""},
        {"a Up Enter Alt-x F5 b", "ab"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct prompt prompt;
        prompt_clear(&prompt);
        type(&prompt, rows[i].keys);
        assert_string_equal(prompt.words, rows[i].words);
    }
}

static void a_full_line_takes_no_more_and_stays_whole(void **state) {
    (void)state;
    struct prompt prompt;
    prompt_clear(&prompt);
    for (int i = 0; i < 100; i++) type(&prompt, "\xE2\x9C\x94");
    assert_true(prompt.length < PROMPT_SIZE);
    assert_true(utf8_valid(slice_of(prompt.words)));
}

static void pasted_line_ends_are_blanks(void **state) {
    (void)state;
    struct prompt prompt;
    prompt_clear(&prompt);
    struct key enter = {.cap = KEYCAP_ENTER, .pasted = true};
    type(&prompt, "a");
    assert_true(prompt_on_key(&prompt, &enter));
    assert_string_equal(prompt.words, "a ");
}

static void the_cursor_is_always_to_be_seen(void **state) {
    (void)state;
    struct prompt prompt;
    prompt_clear(&prompt);
    prompt_set(&prompt, "0123456789 and much more than fits");
    for (int width = 1; width < 50; width++) {
        struct cell cells[64];
        struct canvas canvas = {.cells = cells, .width = 64, .height = 1};
        canvas_clear(&canvas);
        prompt_draw(&canvas, (struct rect){2, 0, width, 1}, &prompt, ROLE_TEXT);
        int cursors = 0;
        for (int x = 0; x < 64; x++) {
            if (cells[x].under != ROLE_CURSOR) continue;
            assert_true(x >= 2 && x < 2 + width);
            cursors++;
        }
        assert_int_equal(cursors, 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_edited_where_the_cursor_is),
        cmocka_unit_test(a_full_line_takes_no_more_and_stays_whole),
        cmocka_unit_test(pasted_line_ends_are_blanks),
        cmocka_unit_test(the_cursor_is_always_to_be_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
