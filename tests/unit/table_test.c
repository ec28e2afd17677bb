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

struct sheet {
    struct cell cells[WIDTH * HEIGHT];
    struct table table;
};

/* Three cells a row, and rows that lie above and below the table. */
static void draw(struct sheet *sheet, int width) {
    struct canvas canvas = {.cells = sheet->cells, .width = WIDTH, .height = HEIGHT};
    canvas_clear(&canvas);
    struct rect rect = {0, 0, width, HEIGHT};
    sheet->table = table_begin(&canvas, rect, columns, 3);
    for (int row = -1; row < HEIGHT + 1; row++) {
        table_put(
            &canvas, &sheet->table, (struct table_cell){row, 0, "name", ROLE_TEXT});
        table_put(&canvas, &sheet->table, (struct table_cell){row, 1, "42", ROLE_TEXT});
        table_put(
            &canvas, &sheet->table, (struct table_cell){row, 2, "words", ROLE_TEXT});
    }
}

static void numbers_stand_at_the_right(void **state) {
    (void)state;
    struct sheet sheet;
    for (int width = 13; width <= WIDTH; width++) {
        draw(&sheet, width);
        int end = sheet.table.items[0].size + sheet.table.items[1].size - 2;
        assert_int_equal(sheet.cells[WIDTH + end].rune, '2');
        assert_int_equal(sheet.cells[WIDTH].rune, 'n');
        assert_int_equal(sheet.cells[0].rune, 'N');
    }
}

static void what_is_least_goes_first(void **state) {
    (void)state;
    struct sheet sheet;
    for (int width = 1; width <= WIDTH; width++) {
        draw(&sheet, width);
        assert_int_equal(sheet.table.items[2].size > 0, width >= 22);
        assert_int_equal(sheet.table.items[1].size > 0, width >= 13);
    }
}

static void nothing_stands_past_the_width(void **state) {
    (void)state;
    struct sheet sheet;
    for (int width = 1; width < WIDTH; width++) {
        draw(&sheet, width);
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            if (i % WIDTH >= width) assert_int_equal(sheet.cells[i].rune, ' ');
        }
    }
}

static void expect_seen(uint32_t count, uint32_t selected, int height) {
    uint32_t first = table_first_row(count, selected, height);
    uint32_t visible = (uint32_t)height;
    assert_true(selected >= first && selected < first + visible);
    assert_true(count <= visible || first + visible <= count);
}

static void expect_seen_at_any_height(uint32_t count, uint32_t selected) {
    for (int height = 1; height < 12; height++) expect_seen(count, selected, height);
}

static void the_selected_row_is_always_to_be_seen(void **state) {
    (void)state;
    for (uint32_t count = 0; count < 40; count++) {
        for (uint32_t selected = 0; selected < count; selected++) {
            expect_seen_at_any_height(count, selected);
        }
    }
    assert_int_equal(table_first_row(5, 3, 0), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_stand_at_the_right),
        cmocka_unit_test(what_is_least_goes_first),
        cmocka_unit_test(nothing_stands_past_the_width),
        cmocka_unit_test(the_selected_row_is_always_to_be_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
