/* SPDX-License-Identifier: MIT */
#include "ui/dialog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static enum dialog_answer press(
    const struct dialog *dialog, struct prompt *prompt, const char *chord,
    bool pasted) {
    struct scan scan = scan_of(slice_of(chord));
    struct key key;
    assert_true(key_parse(&scan, &key));
    key.pasted = pasted;
    return dialog_on_key(dialog, prompt, &key);
}

static void only_y_says_yes(void **state) {
    (void)state;
    struct dialog dialog = {.kind = DIALOG_SMOKE};
    struct prompt prompt;
    prompt_clear(&prompt);
    static const char *const waits[] = {"Enter", "Y",  "Space", "Ctrl-Y",
                                        "Alt-y", "Up", "1"};
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        assert_int_equal(press(&dialog, &prompt, waits[i], false), DIALOG_WAITS);
    }
    assert_int_equal(press(&dialog, &prompt, "y", true), DIALOG_WAITS);
    assert_int_equal(press(&dialog, &prompt, "Esc", false), DIALOG_NO);
    assert_int_equal(press(&dialog, &prompt, "Ctrl-C", false), DIALOG_NO);
    assert_int_equal(press(&dialog, &prompt, "n", false), DIALOG_NO);
    assert_int_equal(press(&dialog, &prompt, "y", false), DIALOG_YES);
}

static void a_name_must_be_typed_whole_by_hand(void **state) {
    (void)state;
    struct dialog dialog = {.kind = DIALOG_ARM, .word = "prod"};
    struct prompt prompt;
    prompt_clear(&prompt);
    static const char *const keys[] = {"p", "r", "o"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        assert_int_equal(press(&dialog, &prompt, keys[i], false), DIALOG_WAITS);
        assert_int_equal(press(&dialog, &prompt, "Enter", false), DIALOG_WAITS);
    }
    assert_int_equal(press(&dialog, &prompt, "d", true), DIALOG_WAITS);
    assert_string_equal(prompt.words, "pro");
    assert_int_equal(press(&dialog, &prompt, "d", false), DIALOG_WAITS);
    assert_int_equal(press(&dialog, &prompt, "Enter", true), DIALOG_WAITS);
    assert_int_equal(press(&dialog, &prompt, "Enter", false), DIALOG_YES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_y_says_yes),
        cmocka_unit_test(a_name_must_be_typed_whole_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
