/* SPDX-License-Identifier: MIT */
#include "ui/raster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const enum role roles[2] = {ROLE_STABLE, ROLE_CANARY};

static struct cell draw_one(struct raster *raster) {
    static struct cell cells[1];
    struct canvas canvas = {.cells = cells, .width = 1, .height = 1};
    canvas_clear(&canvas);
    raster_draw(raster, &canvas, 0, 0, roles);
    return cells[0];
}

static void braille_dots_stand_where_they_belong(void **state) {
    (void)state;
    static const struct {
        int column, dot;
        uint32_t rune;
    } rows[] = {
        {0, 3, 0x2801}, {0, 2, 0x2802}, {0, 1, 0x2804}, {0, 0, 0x2840},
        {1, 3, 0x2808}, {1, 2, 0x2810}, {1, 1, 0x2820}, {1, 0, 0x2880},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct raster raster;
        raster_clear(&raster, RASTER_BRAILLE, 1);
        raster_line(&raster, raster.lower, rows[i].column, rows[i].dot, rows[i].dot);
        assert_int_equal(draw_one(&raster).rune, rows[i].rune);
    }
}

static void blocks_and_ascii_have_their_own_dots(void **state) {
    (void)state;
    struct raster raster;
    raster_clear(&raster, RASTER_BLOCK, 1);
    raster_line(&raster, raster.lower, 0, 0, 1);
    assert_int_equal(draw_one(&raster).rune, 0x258C); /* the left half */
    raster_line(&raster, raster.lower, 1, 0, 1);
    assert_int_equal(draw_one(&raster).rune, 0x2588);
    static const char levels[] = ".-'";
    for (int dot = 0; dot < 3; dot++) {
        raster_clear(&raster, RASTER_ASCII, 1);
        raster_line(&raster, raster.lower, 0, dot, dot);
        assert_int_equal(draw_one(&raster).rune, levels[dot]);
    }
}

static void the_upper_series_colours_a_shared_cell(void **state) {
    (void)state;
    struct raster raster;
    raster_clear(&raster, RASTER_BRAILLE, 1);
    raster_line(&raster, raster.lower, 0, 0, 0);
    assert_int_equal(draw_one(&raster).role, ROLE_STABLE);
    raster_line(&raster, raster.upper, 0, 3, 3);
    assert_int_equal(draw_one(&raster).role, ROLE_CANARY);
    assert_int_equal(draw_one(&raster).rune, 0x2841);
    raster.glyphs = RASTER_ASCII;
    assert_int_equal(draw_one(&raster).rune, '*');
}

static void lines_are_cut_to_the_height(void **state) {
    (void)state;
    struct raster raster;
    raster_clear(&raster, RASTER_BRAILLE, 1);
    raster_line(&raster, raster.lower, 0, -100, 100);
    assert_int_equal(draw_one(&raster).rune, 0x2847);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(braille_dots_stand_where_they_belong),
        cmocka_unit_test(blocks_and_ascii_have_their_own_dots),
        cmocka_unit_test(the_upper_series_colours_a_shared_cell),
        cmocka_unit_test(lines_are_cut_to_the_height),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
