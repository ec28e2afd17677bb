/* SPDX-License-Identifier: MIT */
#include "ui/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_rest_is_shared_by_weight_without_a_gap(void **state) {
    (void)state;
    for (int total = 0; total < 300; total++) {
        struct layout_item items[] = {{.weight = 1}, {.weight = 2}, {.weight = 4}};
        layout_share(items, 3, total);
        assert_int_equal(items[0].size + items[1].size + items[2].size, total);
        assert_true(items[0].size <= items[1].size && items[1].size <= items[2].size);
    }
}

static void fixed_items_stay_as_they_are(void **state) {
    (void)state;
    struct layout_item items[] = {
        {.least = 3}, {.least = 1, .weight = 1}, {.least = 2}};
    layout_share(items, 3, 20);
    assert_int_equal(items[0].size, 3);
    assert_int_equal(items[1].size, 15);
    assert_int_equal(items[2].size, 2);
}

static void what_reaches_its_most_leaves_the_rest_to_others(void **state) {
    (void)state;
    struct layout_item items[] = {{.weight = 3, .most = 4}, {.weight = 1}};
    layout_share(items, 2, 20);
    assert_int_equal(items[0].size, 4);
    assert_int_equal(items[1].size, 16);
    struct layout_item full[] = {{.weight = 1, .most = 4}, {.weight = 1, .most = 5}};
    layout_share(full, 2, 20);
    assert_int_equal(full[0].size, 4);
    assert_int_equal(full[1].size, 5);
}

static void the_lowest_priority_gives_way_first(void **state) {
    (void)state;
    struct layout_item items[] = {
        {.least = 5, .priority = 2},
        {.least = 5, .priority = 1},
        {.least = 5, .priority = 3},
    };
    layout_share(items, 3, 12);
    assert_int_equal(items[0].size, 5);
    assert_int_equal(items[1].size, 0);
    assert_int_equal(items[2].size, 5);
    layout_share(items, 3, 4);
    assert_int_equal(items[0].size + items[1].size + items[2].size, 0);
}

static void rows_and_columns_follow_each_other(void **state) {
    (void)state;
    struct layout_item items[] = {{.size = 3}, {.size = 0}, {.size = 4}};
    struct rect rect = {1, 2, 7, 7};
    assert_int_equal(layout_row(rect, items, 2).y, 5);
    assert_int_equal(layout_row(rect, items, 2).height, 4);
    assert_int_equal(layout_column(rect, items, 2).x, 4);
    assert_int_equal(layout_column(rect, items, 1).width, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rest_is_shared_by_weight_without_a_gap),
        cmocka_unit_test(fixed_items_stay_as_they_are),
        cmocka_unit_test(what_reaches_its_most_leaves_the_rest_to_others),
        cmocka_unit_test(the_lowest_priority_gives_way_first),
        cmocka_unit_test(rows_and_columns_follow_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
