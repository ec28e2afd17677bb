/* SPDX-License-Identifier: MIT */
#include "ui/keymap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct key_sequence sequence_of(const char *chord) {
    struct key_sequence sequence = {0};
    struct scan scan = scan_of(slice_of(chord));
    while (!scan_done(&scan)) {
        assert_true(key_parse(&scan, &sequence.keys[sequence.length++]));
    }
    return sequence;
}

static void expect_command(
    const struct keymap *keymap, const char *chord, enum command wanted) {
    struct key_sequence keys = sequence_of(chord);
    enum command command = COMMAND_COUNT;
    int digit = 0;
    assert_int_equal(keymap_find(keymap, &keys, &command, &digit), KEYMAP_FOUND);
    assert_int_equal(command, wanted);
}

static void expect_match(
    const struct keymap *keymap, const char *chord, enum keymap_match wanted) {
    struct key_sequence keys = sequence_of(chord);
    enum command command = COMMAND_COUNT;
    int digit = 0;
    assert_int_equal(keymap_find(keymap, &keys, &command, &digit), wanted);
}

static void every_key_of_the_table_finds_its_command(void **state) {
    (void)state;
    struct keymap keymap;
    keymap_init(&keymap);
    for (unsigned i = 0; i < COMMAND_COUNT; i++) {
        struct scan scan = scan_of(slice_of(command_keys((enum command)i)));
        struct slice chord;
        while (scan_word(&scan, &chord)) {
            if (slice_equals(chord, "1-9")) continue;
            char copy[32] = "";
            assert_true(chord.length < sizeof copy);
            for (size_t c = 0; c < chord.length; c++) copy[c] = chord.data[c];
            expect_command(&keymap, copy, (enum command)i);
        }
    }
    struct error err;
    assert_true(keymap_check(&keymap, &err));
}

static void any_digit_but_zero_names_a_panel(void **state) {
    (void)state;
    struct keymap keymap;
    keymap_init(&keymap);
    struct key_sequence keys = sequence_of("7");
    enum command command = COMMAND_COUNT;
    int digit = 0;
    assert_int_equal(keymap_find(&keymap, &keys, &command, &digit), KEYMAP_FOUND);
    assert_int_equal(command, COMMAND_PANEL);
    assert_int_equal(digit, 7);
    expect_match(&keymap, "0", KEYMAP_NONE);
}

static void chords_begin_go_on_or_fail(void **state) {
    (void)state;
    struct keymap keymap;
    keymap_init(&keymap);
    expect_match(&keymap, "g", KEYMAP_BEGUN);
    expect_match(&keymap, "go", KEYMAP_FOUND);
    expect_match(&keymap, "gx", KEYMAP_NONE);
    expect_match(&keymap, "Q", KEYMAP_NONE);
}

static void acting_commands_take_upper_case_letters_and_signs_only(void **state) {
    (void)state;
    static const char *const refused[] = {"s",      "5",   "Enter",   "Ctrl-S", "F9",
                                          "Up",     "gS",  "!",       "Space",  "Alt-S",
                                          "Insert", "Esc", "\xC3\x89"};
    struct keymap keymap;
    keymap_init(&keymap);
    struct error err;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct slice keys = slice_of(refused[i]);
        assert_false(keymap_bind(&keymap, COMMAND_SMOKE, keys, &err));
        assert_false(keymap_bind(&keymap, COMMAND_ARM, keys, &err));
        assert_false(keymap_bind(&keymap, COMMAND_STOP, keys, &err));
    }
    expect_command(&keymap, "S", COMMAND_SMOKE); /* nothing changed */
    assert_true(keymap_bind(&keymap, COMMAND_SMOKE, slice_of("T"), &err));
    expect_command(&keymap, "T", COMMAND_SMOKE);
    expect_command(&keymap, "+", COMMAND_LOAD_MORE);
    expect_command(&keymap, "-", COMMAND_LOAD_LESS);
    assert_false(keymap_bind(&keymap, COMMAND_LOAD_MORE, slice_of("="), &err));
    assert_false(keymap_bind(&keymap, COMMAND_LOAD_LESS, slice_of("_"), &err));
    expect_match(&keymap, "S", KEYMAP_NONE);
}

static void a_taken_or_hidden_key_is_refused(void **state) {
    (void)state;
    static const char *const refused[] = {"q",  "g",   "gs",  "5",
                                          "gg", "1-9", "abc", "Ctrl-"};
    struct keymap keymap;
    keymap_init(&keymap);
    struct error err;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_false(keymap_bind(&keymap, COMMAND_ZOOM, slice_of(refused[i]), &err));
        expect_command(&keymap, "z", COMMAND_ZOOM);
    }
    assert_false(keymap_bind(&keymap, COMMAND_ZOOM, slice_of("f f"), &err));
}

static void a_set_without_a_way_out_is_refused(void **state) {
    (void)state;
    static const enum command needed[] = {COMMAND_QUIT, COMMAND_HELP, COMMAND_BACK};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        struct keymap keymap;
        keymap_init(&keymap);
        struct error err;
        assert_true(keymap_bind(&keymap, needed[i], slice_of(""), &err));
        assert_false(keymap_check(&keymap, &err));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_of_the_table_finds_its_command),
        cmocka_unit_test(any_digit_but_zero_names_a_panel),
        cmocka_unit_test(chords_begin_go_on_or_fail),
        cmocka_unit_test(acting_commands_take_upper_case_letters_and_signs_only),
        cmocka_unit_test(a_taken_or_hidden_key_is_refused),
        cmocka_unit_test(a_set_without_a_way_out_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
