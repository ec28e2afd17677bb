/* SPDX-License-Identifier: MIT */
#include "ui/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { WIDTH = 30, HEIGHT = 4 };

static const struct table_column columns[] = {
    {"NAME", 6, 1, 9, false},
    {"COUNT", 5, 0, 5, true},
    {"SAMPLE", 8, 2, 1, false},
};

static void numbers_stand_at_the_right_and_what_is_least_goes_first(void **state) {
    (void)state;
    struct cell cells[WIDTH * HEIGHT];
    for (int width = 1; width <= WIDTH; width++) {
        struct canvas canvas = {.cells = cells, .width = WIDTH, .height = HEIGHT};
        canvas_clear(&canvas);
        struct rect rect = {0, 0, width, HEIGHT};
        struct table table = table_begin(&canvas, rect, columns, 3);
        for (int row = -1; row < HEIGHT + 1; row++) {
            table_put(&canvas, &table, (struct table_cell){row, 0, "name", ROLE_TEXT});
            table_put(&canvas, &table, (struct table_cell){row, 1, "42", ROLE_TEXT});
            table_put(&canvas, &table, (struct table_cell){row, 2, "words", ROLE_TEXT});
        }
        assert_int_equal(table.items[2].size > 0, width >= 22);
        assert_int_equal(table.items[1].size > 0, width >= 13);
        for (int y = 0; y < HEIGHT; y++) { /* nothing past its width */
            for (int x = width; x < WIDTH; x++) {
                assert_int_equal(cells[y * WIDTH + x].rune, ' ');
            }
        }
        if (width < 13) continue;
        int end = table.items[0].size + table.items[1].size - 2;
        assert_int_equal(cells[WIDTH + end].rune, '2');
        assert_int_equal(cells[WIDTH].rune, 'n');
        assert_int_equal(cells[0].rune, 'N');
    }
}

static void the_selected_row_is_always_to_be_seen(void **state) {
    (void)state;
    for (uint32_t count = 0; count < 40; count++) {
        for (uint32_t selected = 0; selected < count; selected++) {
            for (int height = 1; height < 12; height++) {
                uint32_t first = table_first_row(count, selected, height);
                assert_true(selected >= first);
                assert_true(selected < first + (uint32_t)height);
                if (count > (uint32_t)height)
                    assert_true(first + (uint32_t)height <= count);
            }
        }
    }
    assert_int_equal(table_first_row(5, 3, 0), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_stand_at_the_right_and_what_is_least_goes_first),
        cmocka_unit_test(the_selected_row_is_always_to_be_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
