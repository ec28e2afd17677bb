/* SPDX-License-Identifier: MIT */
#include "ui/recall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void the_newest_line_is_the_first(void **state) {
    (void)state;
    struct recall recall = {0};
    assert_null(recall_at(&recall, 0));
    recall_add(&recall, "theme day");
    recall_add(&recall, "glyphs");
    assert_string_equal(recall_at(&recall, 0), "glyphs");
    assert_string_equal(recall_at(&recall, 1), "theme day");
    assert_null(recall_at(&recall, 2));
}

static void what_says_nothing_new_is_not_kept(void **state) {
    (void)state;
    struct recall recall = {0};
    recall_add(&recall, "");
    recall_add(&recall, "  ");
    recall_add(&recall, "quit");
    recall_add(&recall, "quit");
    assert_int_equal(recall.count, 1);
}

static void the_oldest_lines_go_first(void **state) {
    (void)state;
    struct recall recall = {0};
    for (unsigned i = 0; i < RECALL_MAX + 3; i++) {
        char line[16];
        snprintf(line, sizeof line, "line %u", i);
        recall_add(&recall, line);
    }
    assert_string_equal(recall_at(&recall, RECALL_MAX - 1), "line 3");
    assert_null(recall_at(&recall, RECALL_MAX));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_line_is_the_first),
        cmocka_unit_test(what_says_nothing_new_is_not_kept),
        cmocka_unit_test(the_oldest_lines_go_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
