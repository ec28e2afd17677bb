/* SPDX-License-Identifier: MIT */
#include "themes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/test_folder.h"
#include "ui/theme_check.h"

/* Every test has a home of its own. */
static int make_home(void **state) {
    struct test_folder *folder = malloc(sizeof *folder);
    test_folder_init(folder);
    setenv("XDG_CONFIG_HOME", folder->path, 1);
    *state = folder;
    return 0;
}

static int remove_home(void **state) {
    test_folder_clear(*state);
    free(*state);
    return 0;
}

static void write_theme(
    const struct test_folder *home, const char *name, const char *text) {
    char path[512];
    struct text words = TEXT_IN(path);
    text_addf(&words, "%s/flightdeck", home->path);
    mkdir(path, 0700);
    text_add(&words, "/themes");
    mkdir(path, 0700);
    text_addf(&words, "/%s.theme", name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void the_built_in_themes_have_no_problems(void **state) {
    (void)state;
    static const char *const names[] = {"night", "day", "mono"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct theme theme;
        struct theme_warnings warnings;
        struct error err = {0};
        assert_true(themes_load(names[i], &theme, &warnings, &err));
        assert_int_equal(warnings.count, 0);
        assert_string_equal(theme.name, names[i]);
        struct theme_check check;
        theme_check(&check, &theme);
        if (check.problem_count) print_error("%s: %s\n", names[i], check.problems[0]);
        assert_int_equal(check.problem_count, 0);
    }
}

static void a_theme_of_the_user_may_lie_on_a_built_in_one(void **state) {
    write_theme(
        *state, "mine", "name = mine\ninherit = day\n[palette]\nfg = #010203\n");
    struct theme theme;
    struct theme_warnings warnings;
    struct error err = {0};
    assert_true(themes_load("mine", &theme, &warnings, &err));
    assert_true(theme.light);
    struct look look = theme_look(&theme, ROLE_TEXT, ROLE_NONE, DEPTH_TRUE);
    assert_int_equal(look.fg, 0x010203);
}

static void warnings_name_the_file(void **state) {
    write_theme(*state, "odd", "inherit = night\n[style]\ntext = purplish\n");
    struct theme theme;
    struct theme_warnings warnings;
    struct error err = {0};
    assert_true(themes_load("odd", &theme, &warnings, &err));
    assert_int_equal(warnings.count, 1);
    assert_non_null(strstr(warnings.lines[0], "themes/odd.theme:3: unknown colour"));
}

static void a_circle_of_themes_is_an_error(void **state) {
    write_theme(*state, "a", "inherit = b\n");
    write_theme(*state, "b", "inherit = a\n");
    struct theme theme;
    struct theme_warnings warnings;
    struct error err = {0};
    assert_false(themes_load("a", &theme, &warnings, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
}

static void what_does_not_exist_is_an_error(void **state) {
    struct theme theme;
    struct theme_warnings warnings;
    struct error err = {0};
    assert_false(themes_load("nope", &theme, &warnings, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_false(themes_load("./nope", &theme, &warnings, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    write_theme(*state, "lost", "inherit = nope\n");
    assert_false(themes_load("lost", &theme, &warnings, &err));
    assert_non_null(strstr(err.message, "lost.theme"));
}

static void a_file_that_is_too_large_is_refused(void **state) {
    char *large = malloc(THEME_FILE_MAX + 2);
    memset(large, '\n', THEME_FILE_MAX + 1);
    large[THEME_FILE_MAX + 1] = '\0';
    write_theme(*state, "large", large);
    free(large);
    struct theme theme;
    struct theme_warnings warnings;
    struct error err = {0};
    assert_false(themes_load("large", &theme, &warnings, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
}

static void the_list_has_every_name_once(void **state) {
    write_theme(*state, "mine", "name = mine\n");
    write_theme(*state, "night", "inherit = day\n");
    struct themes_listed listed[THEMES_LISTED_MAX];
    size_t count = themes_list(listed);
    assert_int_equal(count, 4);
    assert_string_equal(listed[0].name, "day");
    assert_string_equal(listed[0].source, "built in");
    assert_string_equal(listed[1].name, "mine");
    assert_string_equal(listed[3].name, "night");
    assert_non_null(strstr(listed[3].source, "themes/night.theme"));
}

static void the_next_theme_comes_around(void **state) {
    (void)state;
    assert_string_equal(themes_next("night"), "day");
    assert_string_equal(themes_next("mono"), "night");
    assert_string_equal(themes_next("mine"), "night");
}

#define IN_A_HOME(test) cmocka_unit_test_setup_teardown(test, make_home, remove_home)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_A_HOME(the_built_in_themes_have_no_problems),
        IN_A_HOME(a_theme_of_the_user_may_lie_on_a_built_in_one),
        IN_A_HOME(warnings_name_the_file),
        IN_A_HOME(a_circle_of_themes_is_an_error),
        IN_A_HOME(what_does_not_exist_is_an_error),
        IN_A_HOME(a_file_that_is_too_large_is_refused),
        IN_A_HOME(the_list_has_every_name_once),
        IN_A_HOME(the_next_theme_comes_around),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
