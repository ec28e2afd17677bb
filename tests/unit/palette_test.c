/* SPDX-License-Identifier: MIT */
#include "ui/palette.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_beginning_finds_its_commands(void **state) {
    (void)state;
    enum command found[COMMAND_COUNT];
    assert_int_equal(palette_find("", true, found), COMMAND_COUNT);
    assert_int_equal(palette_find("THEM", true, found), 1);
    assert_int_equal(found[0], COMMAND_THEME);
    assert_int_equal(palette_find("theme night", true, found), 1);
    assert_int_equal(palette_find("xyz", true, found), 0);
}

static void what_a_name_holds_is_found_when_nothing_begins_so(void **state) {
    (void)state;
    enum command found[COMMAND_COUNT];
    assert_int_equal(palette_find("view", true, found), 1);
    assert_int_equal(found[0], COMMAND_OVERVIEW);
}

static void a_watcher_finds_only_what_looks(void **state) {
    (void)state;
    enum command found[COMMAND_COUNT];
    size_t count = palette_find("", false, found);
    /* All but arm, smoke, load, more, fewer, stop, and the six of a rollout. */
    assert_int_equal(count, COMMAND_COUNT - 12);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(command_danger(found[i]), COMMAND_LOOKS);
    }
    assert_int_equal(palette_find("smoke", false, found), 0);
}

static void the_argument_is_what_follows_the_name(void **state) {
    (void)state;
    assert_string_equal(palette_argument("  theme   night  "), "night  ");
    assert_string_equal(palette_argument("theme"), "");
    assert_string_equal(palette_argument(""), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_beginning_finds_its_commands),
        cmocka_unit_test(what_a_name_holds_is_found_when_nothing_begins_so),
        cmocka_unit_test(a_watcher_finds_only_what_looks),
        cmocka_unit_test(the_argument_is_what_follows_the_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
