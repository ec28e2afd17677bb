/* SPDX-License-Identifier: MIT */
#include "ui/theme_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static struct theme read(const char *text, struct theme_warnings *warnings) {
    struct theme theme;
    theme_init(&theme);
    *warnings = (struct theme_warnings){0};
    theme_read(&theme, slice_of(text), "t.theme", warnings);
    return theme;
}

static void a_style_has_a_look_for_every_depth(void **state) {
    (void)state;
    struct theme_warnings warnings;
    struct theme theme = read(
        "name = t\nkind = light # for paper\n"
        "[palette]\nink = #102030 17 4\nred = #ff0000\n"
        "[style]\narmed = ink on red bold underline | mono: reverse\n",
        &warnings);
    assert_int_equal(warnings.count, 0);
    assert_string_equal(theme.name, "t");
    assert_true(theme.light);
    struct look look = theme_look(&theme, ROLE_ARMED, ROLE_NONE, DEPTH_TRUE);
    assert_int_equal(look.fg, 0x102030);
    assert_int_equal(look.bg, 0xFF0000);
    assert_int_equal(look.attributes, LOOK_BOLD | LOOK_UNDERLINE);
    look = theme_look(&theme, ROLE_ARMED, ROLE_NONE, DEPTH_256);
    assert_int_equal(look.fg, 17);
    assert_int_equal(look.bg, 196);
    look = theme_look(&theme, ROLE_ARMED, ROLE_NONE, DEPTH_16);
    assert_int_equal(look.fg, 4);
    assert_int_equal(look.bg, 9);
    look = theme_look(&theme, ROLE_ARMED, ROLE_NONE, DEPTH_MONO);
    assert_int_equal(look.fg, LOOK_DEFAULT);
    assert_int_equal(look.attributes, LOOK_REVERSE);
}

static void a_missing_role_takes_the_style_of_its_group(void **state) {
    (void)state;
    struct theme_warnings warnings;
    struct theme theme = read(
        "[palette]\na = #aaaaaa\nb = #bbbbbb\n[style]\nstatus = a\nstatus.bad = b "
        "bold\n",
        &warnings);
    assert_int_equal(warnings.count, 0);
    assert_int_equal(theme_look(&theme, ROLE_OK, ROLE_NONE, DEPTH_TRUE).fg, 0xAAAAAA);
    assert_int_equal(theme_look(&theme, ROLE_BAD, ROLE_NONE, DEPTH_TRUE).fg, 0xBBBBBB);
    assert_int_equal(
        theme_look(&theme, ROLE_KEY, ROLE_NONE, DEPTH_TRUE).fg, LOOK_DEFAULT);
}

static void a_theme_over_another_changes_only_what_it_names(void **state) {
    (void)state;
    struct theme_warnings warnings;
    struct theme theme = read(
        "[palette]\nfg = #111111\nred = #220000\n[style]\ntext = fg\nstatus.bad = "
        "red\n",
        &warnings);
    static const char above[] = "inherit = below\n[palette]\nred = #990000\n"
                                "[style]\ntext = red\n";
    char name[THEME_NAME_SIZE];
    assert_true(theme_read_inherit(slice_of(above), name, sizeof name));
    assert_string_equal(name, "below");
    theme_read(&theme, slice_of(above), "above.theme", &warnings);
    assert_int_equal(warnings.count, 0);
    assert_int_equal(theme_look(&theme, ROLE_TEXT, ROLE_NONE, DEPTH_TRUE).fg, 0x990000);
    assert_int_equal(theme_look(&theme, ROLE_BAD, ROLE_NONE, DEPTH_TRUE).fg, 0x990000);
    assert_false(
        theme_read_inherit(slice_of("inherit =   # none\n"), name, sizeof name));
}

static void what_cannot_be_used_is_reported_with_its_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *warning;
    } cases[] = {
        {"nonsense", "t.theme:1: not \"key = value\""},
        {"\ncolour = blue", "t.theme:2: unknown setting \"colour\""},
        {"kind = purple", "t.theme:1: kind is dark or light"},
        {"[stile]", "t.theme:1: unknown section [stile]"},
        {"[palette]\na = blue",
         "t.theme:2: colour \"blue\" is not \"#rrggbb [256 [16]]\""},
        {"[palette]\na = #123456 300", "t.theme:2: colour \"#123456 300\" is not "
                                       "\"#rrggbb [256 [16]]\""},
        {"[style]\ntext = blu", "t.theme:2: unknown colour or attribute \"blu\""},
        {"[style]\ntext = #000000 fat",
         "t.theme:2: unknown colour or attribute \"fat\""},
        {"[style]\ntext = #000000 on", "t.theme:2: unknown colour or attribute \"on\""},
        {"[style]\nstat = #000000", "t.theme:2: unknown role \"stat\""},
        {"[style]\npanel.bordering = #000000", "t.theme:2: unknown role "
                                               "\"panel.bordering\""},
        {"[ramp]\nheat = #000000 #00", "t.theme:2: bad steps for heat"},
        {"[ramp]\nheat.mono = x", "t.theme:2: bad steps for heat.mono"},
        {"[ramp]\ncold = 1", "t.theme:2: unknown ramp \"cold\""},
        {"[glyph]\nok = yes", "t.theme:2: a glyph is one character, one cell wide"},
        {"[glyph]\nok = \xe4\xb8\xad",
         "t.theme:2: a glyph is one character, one cell wide"},
        {"[glyph]\nfine = x", "t.theme:2: unknown glyph \"fine\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct theme_warnings warnings;
        struct theme theme = read(cases[i].text, &warnings);
        assert_int_equal(warnings.count, 1);
        assert_string_equal(warnings.lines[0], cases[i].warning);
        /* And the rest goes on as if the line were not there. */
        theme_read(&theme, slice_of("[style]\nkey = #010203\n"), "t", &warnings);
        assert_int_equal(
            theme_look(&theme, ROLE_KEY, ROLE_NONE, DEPTH_TRUE).fg, 0x010203);
    }
}

static void too_many_warnings_are_counted_not_kept(void **state) {
    (void)state;
    char text[400] = "";
    for (size_t i = 0; i < 100; i++) memcpy(text + i * 2, "x\n", 3);
    struct theme_warnings warnings;
    read(text, &warnings);
    assert_int_equal(warnings.count, 100);
    assert_string_equal(
        warnings.lines[THEME_WARNINGS_MAX - 1], "t.theme:16: not \"key = value\"");
}

static void a_full_palette_is_reported(void **state) {
    (void)state;
    char data[4096] = "[palette]\n";
    struct text text = TEXT_IN(data);
    text_add(&text, "[palette]\n");
    for (unsigned i = 0; i <= THEME_PALETTE_MAX; i++) {
        text_addf(&text, "c%u = #%06x\n", i, i);
    }
    struct theme_warnings warnings;
    struct theme theme = read(data, &warnings);
    assert_int_equal(theme.palette_count, THEME_PALETTE_MAX);
    assert_int_equal(warnings.count, 1);
}

static void ramps_and_glyphs_are_read(void **state) {
    (void)state;
    struct theme_warnings warnings;
    struct theme theme = read(
        "[ramp]\nheat = #000000 #ffffff\nheat.256 = 16 231\nheat.16 = 0 15\n"
        "heat.mono = \" .#\"\n[glyph]\nok = \xe2\x9c\x93\n",
        &warnings);
    assert_int_equal(warnings.count, 0);
    assert_int_equal(theme.heat.count[DEPTH_TRUE], 2);
    assert_int_equal(theme.heat.steps[DEPTH_TRUE][1], 0xFFFFFF);
    assert_int_equal(theme.heat.steps[DEPTH_256][1], 231);
    assert_int_equal(theme.heat.count[DEPTH_MONO], 3);
    assert_int_equal(theme.heat.steps[DEPTH_MONO][2], '#');
    assert_int_equal(theme_rune(&theme, 0x2714), 0x2713);
    assert_int_equal(theme_rune(&theme, 0x2718), 0x2718);
    assert_int_equal(theme_rune(&theme, 'a'), 'a');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_style_has_a_look_for_every_depth),
        cmocka_unit_test(a_missing_role_takes_the_style_of_its_group),
        cmocka_unit_test(a_theme_over_another_changes_only_what_it_names),
        cmocka_unit_test(what_cannot_be_used_is_reported_with_its_line),
        cmocka_unit_test(too_many_warnings_are_counted_not_kept),
        cmocka_unit_test(a_full_palette_is_reported),
        cmocka_unit_test(ramps_and_glyphs_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
