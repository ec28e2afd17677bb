/* SPDX-License-Identifier: MIT */
#include "ui/theme_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/theme_reader.h"

static const char base[] =
    "[palette]\nbg = #101216\nfg = #d0d4dc\nlow = #303030\nsky = #56B4E9\n"
    "[style]\ntext = fg\npanel = fg\nenv = fg\nmode = fg\narmed = fg\nstatus = fg\n"
    "series = fg\nkey = fg\nselect = fg\ncursor = fg\ndialog = fg\n";

static struct theme_check check(const char *changes) {
    struct theme theme;
    struct theme_warnings warnings = {0};
    theme_init(&theme);
    theme_read(&theme, slice_of(base), "base", &warnings);
    theme_read(&theme, slice_of(changes), "changes", &warnings);
    assert_int_equal(warnings.count, 0);
    struct theme_check found;
    theme_check(&found, &theme);
    return found;
}

static bool complains(const struct theme_check *found, const char *words) {
    for (uint32_t i = 0; i < found->problem_count; i++) {
        if (strstr(found->problems[i], words)) return true;
    }
    return false;
}

static void low_contrast_is_a_problem_with_its_number(void **state) {
    (void)state;
    struct theme_check found = check("[style]\nstatus.ok = low\n");
    assert_true(complains(&found, "status.ok: contrast 1.4 is below 4.5"));
    assert_false(complains(&found, "text: contrast"));
}

static void lines_need_less_contrast_than_words(void **state) {
    (void)state;
    static const char grey[] = "[style]\npanel.border = #4c5360\ntext.dim = #4c5360\n";
    struct theme_check found = check(grey);
    assert_true(complains(&found, "text.dim: contrast"));
    assert_false(complains(&found, "panel.border: contrast"));
}

static void series_that_look_alike_to_some_are_a_problem(void **state) {
    (void)state;
    struct theme_check found =
        check("[style]\nseries.stable = #cc9a30\nseries.canary = #e07a00\n");
    assert_true(complains(&found, "look alike (deutan)"));
    found = check("[style]\nseries.stable = sky\nseries.canary = #F0E442\n");
    assert_false(complains(&found, "look alike"));
    /* The same colour will do when weight tells them apart. */
    found = check("[style]\nseries.canary = fg bold\n");
    assert_false(complains(&found, "look alike"));
}

static void what_must_stand_out_stands_out_at_every_depth(void **state) {
    (void)state;
    struct theme_check found = check("[style]\nstatus.bad = bg on sky | mono:\n");
    assert_true(complains(&found, "status.bad looks like text at depth mono"));
    assert_false(complains(&found, "status.bad looks like text at depth 24"));
    found = check("[style]\nstatus.bad = bg on sky | mono: reverse\n");
    assert_false(complains(&found, "status.bad"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(low_contrast_is_a_problem_with_its_number),
        cmocka_unit_test(lines_need_less_contrast_than_words),
        cmocka_unit_test(series_that_look_alike_to_some_are_a_problem),
        cmocka_unit_test(what_must_stand_out_stands_out_at_every_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
