/* SPDX-License-Identifier: MIT */
#include "ui/canvas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 10, HEIGHT = 3, COUNT = WIDTH * HEIGHT, GUARD = 16 };

struct sheet {
    struct cell cells[COUNT + 2 * GUARD];
    struct canvas canvas;
};

static struct canvas *sheet_of(struct sheet *sheet, bool ascii) {
    memset(sheet->cells, 0xA5, sizeof sheet->cells);
    sheet->canvas = (struct canvas){
        .cells = sheet->cells + GUARD,
        .width = WIDTH,
        .height = HEIGHT,
        .ascii = ascii};
    canvas_clear(&sheet->canvas);
    return &sheet->canvas;
}

static void expect_guards(const struct sheet *sheet) {
    static const uint8_t byte = 0xA5;
    const uint8_t *bytes = (const uint8_t *)sheet->cells;
    size_t guard = GUARD * sizeof *sheet->cells;
    for (size_t i = 0; i < guard; i++) {
        assert_int_equal(bytes[i], byte);
        assert_int_equal(bytes[sizeof sheet->cells - 1 - i], byte);
    }
}

static uint32_t rune_at(const struct canvas *canvas, int x, int y) {
    return canvas->cells[y * WIDTH + x].rune;
}

static void what_lies_outside_is_left_out(void **state) {
    (void)state;
    struct sheet sheet;
    struct canvas *canvas = sheet_of(&sheet, false);
    for (int x = -20; x < 30; x += 3) {
        for (int y = -5; y < 10; y++) {
            canvas_put(canvas, x, y, 'x', ROLE_TEXT);
            canvas_text(canvas, x, y, 40, "0123456789abcdef", ROLE_DIM);
            canvas_text_right(canvas, x, y, 40, "\xE4\xB8\xAD\xE6\x96\x87", ROLE_DIM);
            canvas_fill(canvas, (struct rect){x, y, 40, 40}, '.', ROLE_DIM);
            canvas_mark(canvas, (struct rect){x, y, 40, 40}, ROLE_SELECT);
            canvas_wrap(canvas, (struct rect){x, y, 7, 9}, "0123456789abc", ROLE_DIM);
        }
    }
    expect_guards(&sheet);
}

static void text_that_is_cut_ends_in_an_ellipsis(void **state) {
    (void)state;
    struct sheet sheet;
    struct canvas *canvas = sheet_of(&sheet, false);
    assert_int_equal(canvas_text(canvas, 0, 0, 5, "abcde", ROLE_TEXT), 5);
    assert_int_equal(rune_at(canvas, 4, 0), 'e');
    assert_int_equal(canvas_text(canvas, 0, 1, 5, "abcdef", ROLE_TEXT), 5);
    assert_int_equal(rune_at(canvas, 3, 1), 'd');
    assert_int_equal(rune_at(canvas, 4, 1), 0x2026);
    assert_int_equal(canvas_text(canvas, 0, 2, 0, "abc", ROLE_TEXT), 0);
}

static void right_aligned_text_ends_at_the_edge(void **state) {
    (void)state;
    struct sheet sheet;
    struct canvas *canvas = sheet_of(&sheet, false);
    canvas_text_right(canvas, 0, 0, 10, "42", ROLE_TEXT);
    assert_int_equal(rune_at(canvas, 8, 0), '4');
    assert_int_equal(rune_at(canvas, 9, 0), '2');
    assert_int_equal(rune_at(canvas, 7, 0), ' ');
}

static void wide_characters_take_two_cells_or_none(void **state) {
    (void)state;
    struct sheet sheet;
    struct canvas *canvas = sheet_of(&sheet, false);
    canvas_put(canvas, 2, 0, 0x4E2D, ROLE_TEXT);
    assert_int_equal(rune_at(canvas, 2, 0), 0x4E2D);
    assert_int_equal(rune_at(canvas, 3, 0), 0);
    canvas_put(canvas, 3, 0, 'x', ROLE_TEXT); /* over its second half */
    assert_int_equal(rune_at(canvas, 2, 0), ' ');
    canvas_put(canvas, 5, 0, 0x4E2D, ROLE_TEXT);
    canvas_put(canvas, 5, 0, 'y', ROLE_TEXT); /* over its first half */
    assert_int_equal(rune_at(canvas, 6, 0), ' ');
    canvas_put(canvas, 9, 0, 0x4E2D, ROLE_TEXT); /* no room at the edge */
    assert_int_equal(rune_at(canvas, 9, 0), ' ');
    expect_guards(&sheet);
}

static void controls_and_combining_marks_never_reach_a_cell(void **state) {
    (void)state;
    struct sheet sheet;
    struct canvas *canvas = sheet_of(&sheet, false);
    canvas_text(
        canvas, 0, 0, 10,
        "a\x1B[31m\xCC\x81"
        "b\xC2\x9B",
        ROLE_TEXT);
    for (int x = 0; x < WIDTH; x++) {
        uint32_t rune = rune_at(canvas, x, 0);
        assert_true(rune >= 0x20 && rune != 0x301 && rune != 0x9B);
    }
}

static void in_ascii_every_character_has_a_likeness(void **state) {
    (void)state;
    struct sheet sheet;
    struct canvas *canvas = sheet_of(&sheet, true);
    canvas_text(
        canvas, 0, 0, 10,
        "\xE2\x9C\x94\xE2\x97\x8F\xE4\xB8\xAD"
        "a",
        ROLE_TEXT);
    assert_int_equal(rune_at(canvas, 0, 0), '+');
    assert_int_equal(rune_at(canvas, 1, 0), '*');
    assert_int_equal(rune_at(canvas, 2, 0), '?');
    assert_int_equal(rune_at(canvas, 3, 0), 'a');
}

static void wrapped_text_says_how_many_rows_it_took(void **state) {
    (void)state;
    struct sheet sheet;
    struct canvas *canvas = sheet_of(&sheet, false);
    struct rect rect = {0, 0, 5, 3};
    assert_int_equal(canvas_wrap(canvas, rect, "", ROLE_TEXT), 0);
    assert_int_equal(canvas_wrap(canvas, rect, "12345", ROLE_TEXT), 1);
    assert_int_equal(canvas_wrap(canvas, rect, "123456", ROLE_TEXT), 2);
    assert_int_equal(rune_at(canvas, 0, 1), '6');
    assert_int_equal(canvas_wrap(canvas, rect, "1234567890123456789", ROLE_TEXT), 3);
}

static void marks_change_what_lies_under_not_what_is_said(void **state) {
    (void)state;
    struct sheet sheet;
    struct canvas *canvas = sheet_of(&sheet, false);
    canvas_put(canvas, 1, 1, 'x', ROLE_BAD);
    canvas_mark(canvas, (struct rect){0, 1, 3, 1}, ROLE_SELECT);
    assert_int_equal(canvas->cells[WIDTH + 1].role, ROLE_BAD);
    assert_int_equal(canvas->cells[WIDTH + 1].under, ROLE_SELECT);
    assert_int_equal(canvas->cells[WIDTH + 3].under, ROLE_NONE);
}

static void rectangles_shrink_to_nothing_and_no_further(void **state) {
    (void)state;
    struct rect inner = rect_inset((struct rect){0, 0, 1, 5}, 1);
    assert_int_equal(inner.width, 0);
    assert_int_equal(inner.height, 3);
    struct rect none =
        rect_intersect((struct rect){0, 0, 2, 2}, (struct rect){5, 5, 2, 2});
    assert_int_equal(none.width * none.height, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lies_outside_is_left_out),
        cmocka_unit_test(text_that_is_cut_ends_in_an_ellipsis),
        cmocka_unit_test(right_aligned_text_ends_at_the_edge),
        cmocka_unit_test(wide_characters_take_two_cells_or_none),
        cmocka_unit_test(controls_and_combining_marks_never_reach_a_cell),
        cmocka_unit_test(in_ascii_every_character_has_a_likeness),
        cmocka_unit_test(wrapped_text_says_how_many_rows_it_took),
        cmocka_unit_test(marks_change_what_lies_under_not_what_is_said),
        cmocka_unit_test(rectangles_shrink_to_nothing_and_no_further),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
