/* SPDX-License-Identifier: MIT */
#include "ui/clipboard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"

static void expect(enum terminal_family family, const char *text, const char *sent) {
    struct buffer to;
    buffer_init(&to, 1024);
    assert_true(clipboard_add(&to, family, slice_of(text)));
    assert_string_equal(buffer_string(&to), sent);
    buffer_clear(&to);
}

static void text_goes_out_as_base64(void **state) {
    (void)state;
    expect(TERMINAL_XTERM, "", "\033]52;c;\a");
    expect(TERMINAL_XTERM, "b", "\033]52;c;Yg==\a");
    expect(TERMINAL_XTERM, "ba", "\033]52;c;YmE=\a");
    expect(TERMINAL_XTERM, "bar", "\033]52;c;YmFy\a");
    expect(TERMINAL_XTERM, "ba\xc3\xb6\033", "\033]52;c;YmHDths=\a");
}

static void tmux_is_asked_to_pass_it_on(void **state) {
    (void)state;
    expect(
        TERMINAL_TMUX, "bar", "\033]52;c;YmFy\a\033Ptmux;\033\033]52;c;YmFy\a\033\\");
}

static void what_cannot_is_not_asked(void **state) {
    (void)state;
    struct buffer to;
    buffer_init(&to, 1024);
    assert_false(clipboard_add(&to, TERMINAL_LINUX, slice_of("bar")));
    assert_false(clipboard_add(&to, TERMINAL_PLAIN, slice_of("bar")));
    char *much = memory_new_array(CLIPBOARD_BYTES_MAX + 1, 1);
    struct slice text = {much, CLIPBOARD_BYTES_MAX + 1};
    assert_false(clipboard_add(&to, TERMINAL_XTERM, text));
    assert_int_equal(to.length, 0);
    free(much);
    buffer_clear(&to);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_goes_out_as_base64),
        cmocka_unit_test(tmux_is_asked_to_pass_it_on),
        cmocka_unit_test(what_cannot_is_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
