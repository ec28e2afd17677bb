/* SPDX-License-Identifier: MIT */
#include "ui/theme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct theme two_colours(void) {
    struct theme theme;
    theme_init(&theme);
    theme.palette_count = 3;
    theme.palette[0] = (struct theme_color){"fg", {.rgb = 0xEEEEEE, .index256 = 255}};
    theme.palette[1] = (struct theme_color){"red", {.rgb = 0xCC0000, .index256 = 160}};
    theme.palette[2] = (struct theme_color){"own", {.is_default = true}};
    theme.styles[ROLE_TEXT] = (struct theme_style){.fg = 0, .bg = -1};
    theme.styles[ROLE_BAD] =
        (struct theme_style){.fg = 0, .bg = 1, .mono_attributes = LOOK_REVERSE};
    theme.styles[ROLE_DIM] = (struct theme_style){.fg = 2, .bg = -1};
    return theme;
}

static void an_empty_theme_leaves_the_terminals_own_colours(void **state) {
    (void)state;
    struct theme theme;
    theme_init(&theme);
    for (unsigned depth = 0; depth < DEPTH_COUNT; depth++) {
        struct look look =
            theme_look(&theme, ROLE_TEXT, ROLE_NONE, (enum color_depth)depth);
        assert_int_equal(look.fg, LOOK_DEFAULT);
        assert_int_equal(look.bg, LOOK_DEFAULT);
    }
}

static void the_default_colour_is_left_to_the_terminal_at_every_depth(void **state) {
    (void)state;
    struct theme theme = two_colours();
    for (unsigned depth = 0; depth < DEPTH_COUNT; depth++) {
        struct look look =
            theme_look(&theme, ROLE_DIM, ROLE_NONE, (enum color_depth)depth);
        assert_int_equal(look.fg, LOOK_DEFAULT);
    }
}

static void a_cell_may_lie_on_the_background_of_another_role(void **state) {
    (void)state;
    struct theme theme = two_colours();
    struct look look = theme_look(&theme, ROLE_TEXT, ROLE_BAD, DEPTH_TRUE);
    assert_int_equal(look.fg, 0xEEEEEE);
    assert_int_equal(look.bg, 0xCC0000);
    look = theme_look(&theme, ROLE_TEXT, ROLE_BAD, DEPTH_MONO);
    assert_int_equal(look.attributes, LOOK_REVERSE);
}

static void heat_is_painted_from_the_ramp_of_the_theme(void **state) {
    (void)state;
    struct theme theme = two_colours();
    theme.styles[ROLE_STABLE] = (struct theme_style){.fg = 0, .bg = -1};
    const enum role most = (enum role)(ROLE_END - 1);
    assert_int_equal(theme_look(&theme, most, ROLE_NONE, DEPTH_TRUE).fg, 0xEEEEEE);
    theme.heat.count[DEPTH_256] = 8;
    for (uint32_t i = 0; i < 8; i++) theme.heat.steps[DEPTH_256][i] = 100 + i;
    int32_t before = 100; /* hard to see: not used */
    for (unsigned role = ROLE_HEAT; role < ROLE_END; role++) {
        int32_t fg = theme_look(&theme, (enum role)role, ROLE_NONE, DEPTH_256).fg;
        assert_true(fg > before);
        before = fg;
    }
    assert_int_equal(before, 107);
    /* On the background of a selected row its ink counts. */
    assert_int_equal(theme_look(&theme, most, ROLE_BAD, DEPTH_256).fg, 255);
    assert_int_equal(theme_look(&theme, most, ROLE_NONE, DEPTH_MONO).fg, LOOK_DEFAULT);
}

static void seen_colours_stand_in_for_the_terminals_own(void **state) {
    (void)state;
    struct theme theme = two_colours();
    uint32_t fg, bg;
    theme_seen(&theme, ROLE_DIM, &fg, &bg);
    assert_int_equal(fg, 0xEEEEEE); /* the palette's "fg" */
    assert_int_equal(bg, 0x000000); /* no "bg" in a dark theme */
    theme.styles[ROLE_BAD].attributes = LOOK_REVERSE;
    theme_seen(&theme, ROLE_BAD, &fg, &bg);
    assert_int_equal(fg, 0xCC0000);
    assert_int_equal(bg, 0xEEEEEE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_theme_leaves_the_terminals_own_colours),
        cmocka_unit_test(heat_is_painted_from_the_ramp_of_the_theme),
        cmocka_unit_test(the_default_colour_is_left_to_the_terminal_at_every_depth),
        cmocka_unit_test(a_cell_may_lie_on_the_background_of_another_role),
        cmocka_unit_test(seen_colours_stand_in_for_the_terminals_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
