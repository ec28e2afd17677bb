/* SPDX-License-Identifier: MIT */
#include "ui/key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_key_is_written_as_it_is_read(void **state) {
    (void)state;
    static const char *const names[] = {
        "q",           "A",         "?",          "/",          "Ctrl-P",
        "Alt-x",       "Shift-Tab", "Shift-Left", "Tab",        "F10",
        "F1",          "Space",     "PgUp",       "Esc",        "Enter",
        "Ctrl-Alt-Up", "End",       "\xC3\xA9",   "Ctrl-Space",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct scan scan = scan_of(slice_of(names[i]));
        struct key key;
        assert_true(key_parse(&scan, &key));
        assert_true(scan_done(&scan));
        char written[32];
        struct text text = TEXT_IN(written);
        key_add(&text, &key);
        assert_string_equal(written, names[i]);
    }
}

static void what_is_no_key_leaves_everything_alone(void **state) {
    (void)state;
    static const char *const names[] = {"",        " ",    "Ctrl-",
                                        "Shift-a", "\xFF", "\xCC\x81"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct scan scan = scan_of(slice_of(names[i]));
        const char *at = scan.at;
        struct key key = {.cap = KEYCAP_F12};
        assert_false(key_parse(&scan, &key));
        assert_ptr_equal(scan.at, at);
        assert_int_equal(key.cap, KEYCAP_F12);
    }
}

static void control_does_not_tell_cases_apart(void **state) {
    (void)state;
    struct scan upper = scan_of(slice_of("Ctrl-P"));
    struct scan lower = scan_of(slice_of("Ctrl-p"));
    struct key a;
    struct key b;
    assert_true(key_parse(&upper, &a) && key_parse(&lower, &b));
    assert_true(key_equals(&a, &b));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_written_as_it_is_read),
        cmocka_unit_test(what_is_no_key_leaves_everything_alone),
        cmocka_unit_test(control_does_not_tell_cases_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
