/* SPDX-License-Identifier: MIT */
#include "ui/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"

static void add_key(struct text *seen, const struct key *key) {
    static const char *const mouse[] = {
        [KEYCAP_PRESS] = "press",     [KEYCAP_DRAG] = "drag",
        [KEYCAP_RELEASE] = "release", [KEYCAP_WHEEL_UP] = "up",
        [KEYCAP_WHEEL_DOWN] = "down", [KEYCAP_MODE] = "mode",
    };
    if (key->cap == KEYCAP_BACKGROUND) {
        text_addf(seen, "background:%06x", key->rune);
    } else if (key->cap >= KEYCAP_PRESS) {
        text_addf(seen, "%s@%d,%d", mouse[key->cap], key->x, key->y);
    } else {
        key_add(seen, key);
    }
}

/* Every key of the bytes, separated by blanks; pasted ones with an equals sign. */
static void read_keys(struct input *input, struct slice bytes, struct text *seen) {
    struct scan scan = scan_of(bytes);
    struct key key;
    while (input_next(input, &scan, &key)) {
        if (seen->length > 0) text_add_char(seen, ' ');
        if (key.pasted) text_add_char(seen, '=');
        add_key(seen, &key);
    }
}

static void expect_keys(struct slice bytes, const char *keys) {
    struct input input;
    input_init(&input);
    char line[4096];
    struct text seen = TEXT_IN(line);
    read_keys(&input, bytes, &seen);
    assert_string_equal(line, keys);
}

static void keys_are_read_from_what_terminals_send(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        const char *keys;
    } rows[] = {
        {"abZ", "a b Z"},
        {"\r\n\t\b\x7F ", "Enter Enter Tab Backspace Backspace Space"},
        {"\x01\x1A\x1C", "Ctrl-A Ctrl-Z Ctrl-\\"},
        {"\x1B[A\x1B[B\x1B[C\x1B[D", "Up Down Right Left"},
        {"\x1BOA\x1BOB\x1BOH\x1BOF", "Up Down Home End"},
        {"\x1B[1;2D\x1B[1;2C\x1B[1;5A", "Shift-Left Shift-Right Ctrl-Up"},
        {"\x1B[d\x1B[c", "Shift-Left Shift-Right"},
        {"\x1B[Z", "Shift-Tab"},
        {"\x1B[H\x1B[F\x1B[1~\x1B[4~\x1B[7~\x1B[8~", "Home End Home End Home End"},
        {"\x1B[5~\x1B[6~\x1B[2~\x1B[3~", "PgUp PgDn Insert Delete"},
        {"\x1BOP\x1B[11~\x1B[[A\x1B[P", "F1 F1 F1 F1"},
        {"\x1B[15~\x1B[17~\x1B[21~\x1B[24~\x1B[[E", "F5 F6 F10 F12 F5"},
        {"\x1B[15;2~", "Shift-F5"},
        {"\x1Bx\x1B\r", "Alt-x Alt-Enter"},
        {"\x1B\x1B[A", "Esc Up"},
        {"\x1B[97;5u\x1B[27u", "Ctrl-A Esc"},
        {"\x1B[27;5;112~", "Ctrl-P"},
        {"\xC3\xA9\xE2\x9C\x94\xF0\x9F\x9A\x80",
         "\xC3\xA9 \xE2\x9C\x94 \xF0\x9F\x9A\x80"},
        {"\x1B[<0;10;5M\x1B[<32;11;5M\x1B[<0;11;5m",
         "press@9,4 drag@10,4 release@10,4"},
        {"\x1B[<64;1;1M\x1B[<65;2;2M", "up@0,0 down@1,1"},
        {"\x1B[<2;10;5M\x1B[<66;1;1Mq", "q"}, /* other buttons, sideways */
        {"\x1B[?2026;2$y", "mode@2026,2"},
        {"\x1B]11;rgb:1010/2121/16\x1B\\", "background:102116"},
        {"\x1B]11;rgb:f/0/F\a", "background:ff00ff"},
        {"\x1B[I\x1B[O\x1B[?62;c\x1B[>1;2cq", "q"}, /* focus, who are you */
        {"\x1BPsome string\x1B\\q", "q"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        expect_keys(slice_of(rows[i].bytes), rows[i].keys);
    }
}

static void it_does_not_matter_how_the_bytes_are_cut(void **state) {
    (void)state;
    const char *bytes = "a\x1B[1;2D\xE2\x9C\x94\x1B[<0;10;5M\x1B]11;rgb:1/2/3\x1B\\q";
    struct input input;
    input_init(&input);
    char line[256];
    struct text seen = TEXT_IN(line);
    for (size_t i = 0; bytes[i]; i++) {
        read_keys(&input, (struct slice){.data = bytes + i, .length = 1}, &seen);
    }
    assert_string_equal(
        line, "a Shift-Left \xE2\x9C\x94 press@9,4 background:112233 q");
}

static void pasted_text_is_marked_and_ends(void **state) {
    (void)state;
    expect_keys(slice_of("x\x1B[200~qA\ry\x1B[201~q"), "x =q =A =Enter =y q");
}

static void a_flood_of_pasted_text_is_cut(void **state) {
    (void)state;
    static char bytes[2 * INPUT_PASTE_MAX_BYTES + 16];
    struct text paste = TEXT_IN(bytes);
    text_add(&paste, "\x1B[200~");
    for (int i = 0; i < INPUT_PASTE_MAX_BYTES + 100; i++) text_add_char(&paste, 'y');
    text_add(&paste, "\x1B[201~q");

    struct input input;
    input_init(&input);
    struct scan scan = scan_of(slice_of(bytes));
    struct key key;
    size_t pasted = 0;
    bool quit = false;
    while (input_next(&input, &scan, &key)) {
        if (key.pasted) pasted++;
        quit = !key.pasted && key.rune == 'q';
    }
    assert_int_equal(pasted, INPUT_PASTE_MAX_BYTES);
    assert_true(quit);
}

static void a_paste_whose_end_got_lost_is_over_after_a_pause(void **state) {
    (void)state;
    struct input input;
    input_init(&input);
    char line[64];
    struct text seen = TEXT_IN(line);
    read_keys(&input, slice_of("\x1B[200~q"), &seen);
    assert_true(input_patience_ns(&input, 1) >= NS_PER_S);
    struct key key;
    assert_false(input_on_quiet(&input, &key));
    assert_int_equal(input_patience_ns(&input, 1), 0);
    read_keys(&input, slice_of("q"), &seen);
    assert_string_equal(line, "=q q");
}

static void a_lone_escape_is_a_key_when_nothing_follows(void **state) {
    (void)state;
    struct input input;
    input_init(&input);
    struct key key;
    struct scan scan = scan_of(slice_of("\x1B"));
    assert_int_equal(input_patience_ns(&input, 25), 0);
    assert_false(input_next(&input, &scan, &key));
    assert_int_equal(input_patience_ns(&input, 25), 25);
    assert_true(input_on_quiet(&input, &key));
    assert_int_equal(key.cap, KEYCAP_ESC);
    assert_int_equal(input_patience_ns(&input, 25), 0);
}

static void a_beginning_without_an_end_is_dropped_when_quiet(void **state) {
    (void)state;
    static const char *const beginnings[] = {
        "\x1B[",    "\x1B[1;2", "\x1BO",     "\x1B]11;rgb:",
        "\x1BPabc", "\xE2\x9C", "\x1B[<0;1",
    };
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        struct input input;
        input_init(&input);
        char line[64];
        struct text seen = TEXT_IN(line);
        read_keys(&input, slice_of(beginnings[i]), &seen);
        assert_true(input_patience_ns(&input, 25) > 0);
        struct key key;
        assert_false(input_on_quiet(&input, &key));
        read_keys(&input, slice_of("q"), &seen);
        assert_string_equal(line, "q");
    }
}

static void hostile_bytes_leave_the_next_key_alone(void **state) {
    (void)state;
    static const char *const rows[] = {
        "\xFF\xFE",     /* never in UTF-8 */
        "\xC0\x80",     /* overlong */
        "\xED\xA0\x80", /* a surrogate */
        "\x1B[99999999999999;99999999999999~",
        "\x1B[1;2;3;4;5;6;7;8;9;10;11;12A\x1B[B",
        "\x1B[<0;0;0M", /* cells count from one */
        "\x1B[<0;999999999;999999999M",
        "\xC2\x9B" /* a control character in two bytes */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct input input;
        input_init(&input);
        char line[256];
        struct text seen = TEXT_IN(line);
        read_keys(&input, slice_of(rows[i]), &seen);
        text_reset(&seen);
        read_keys(&input, slice_of("\rq"), &seen);
        assert_string_equal(line, "Enter q");
    }
}

static void a_sequence_without_end_holds_little(void **state) {
    (void)state;
    struct input input;
    input_init(&input);
    char line[64];
    struct text seen = TEXT_IN(line);
    read_keys(&input, slice_of("\x1B["), &seen);
    for (int i = 0; i < 10000; i++) read_keys(&input, slice_of("1;"), &seen);
    assert_true(input.length <= INPUT_SEQUENCE_MAX + 1);
    read_keys(&input, slice_of("Aq"), &seen);
    assert_string_equal(line, "q");
}

/* The same numbers in every run. */
static uint64_t next_number(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 24;
}

static void random_bytes_never_hold_the_keys_up(void **state) {
    (void)state;
    static const char likely[] =
        "\x1B\x1B\x1B[[O]P<;?012~MmuAZ$y\a\\\x7F\xC3\xE2\xF0\x9C";
    uint64_t seed = 7;
    for (int round = 0; round < 2000; round++) {
        char bytes[256];
        for (size_t i = 0; i < sizeof bytes; i++) {
            uint64_t pick = next_number(&seed);
            bytes[i] = (pick & 0x300) == 0 ? (char)(pick & 0xFF)
                                           : likely[(pick >> 16) % (sizeof likely - 1)];
        }
        struct input input;
        input_init(&input);
        struct scan scan = scan_of((struct slice){bytes, sizeof bytes});
        struct key key;
        while (input_next(&input, &scan, &key)) assert_true(key.cap != KEYCAP_NONE);
        assert_true(scan_done(&scan));
        input_on_quiet(&input, &key);
        input_on_quiet(&input, &key);
        scan = scan_of(slice_of("q"));
        assert_true(input_next(&input, &scan, &key));
        assert_int_equal(key.rune, 'q');
        assert_false(key.pasted);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_read_from_what_terminals_send),
        cmocka_unit_test(it_does_not_matter_how_the_bytes_are_cut),
        cmocka_unit_test(pasted_text_is_marked_and_ends),
        cmocka_unit_test(a_flood_of_pasted_text_is_cut),
        cmocka_unit_test(a_paste_whose_end_got_lost_is_over_after_a_pause),
        cmocka_unit_test(a_lone_escape_is_a_key_when_nothing_follows),
        cmocka_unit_test(a_beginning_without_an_end_is_dropped_when_quiet),
        cmocka_unit_test(hostile_bytes_leave_the_next_key_alone),
        cmocka_unit_test(a_sequence_without_end_holds_little),
        cmocka_unit_test(random_bytes_never_hold_the_keys_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
