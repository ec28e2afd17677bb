/* SPDX-License-Identifier: MIT */
#include "ui/color.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void reads_hexadecimal_colours_and_nothing_else(void **state) {
    (void)state;
    struct color color;
    assert_true(color_parse(slice_of("#56B4e9"), &color));
    assert_int_equal(color.rgb, 0x56B4E9);
    assert_int_equal(color.index256, 74);
    static const char *const bad[] = {"",         "#",      "#12345",
                                      "#1234567", "56B4E9", "#56B4Eg"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(color_parse(slice_of(bad[i]), &color));
    }
}

static void finds_the_nearest_colours_of_smaller_tables(void **state) {
    (void)state;
    for (unsigned i = 16; i < 256; i++) {
        uint32_t rgb = color_of256((uint8_t)i);
        assert_int_equal(color_of256(color_nearest256(rgb)), rgb);
    }
    assert_int_equal(color_nearest16(0xFF0505), 9);
    assert_int_equal(color_nearest16(0x000000), 0);
}

static void measures_contrast_as_wcag_does(void **state) {
    (void)state;
    assert_float_equal((float)color_contrast(0, 0xFFFFFF), 21.0F, 0.001F);
    assert_float_equal((float)color_contrast(0x777777, 0x777777), 1.0F, 0.001F);
    assert_float_equal((float)color_contrast(0xFFFFFF, 0x777777), 4.48F, 0.01F);
    assert_float_equal((float)color_contrast(0xE69F00, 0x101216), 8.3F, 0.1F);
}

static void knows_which_colours_look_alike_to_whom(void **state) {
    (void)state;
    double full = color_distance(0x00FF00, 0xFF0000, VISION_FULL);
    double deutan = color_distance(0x00FF00, 0xFF0000, VISION_DEUTAN);
    assert_true(full > 50 && deutan < 30);
    for (unsigned i = 0; i < VISION_COUNT; i++) {
        assert_true(color_distance(0x56B4E9, 0xF0E442, (enum color_vision)i) > 20);
        assert_true(color_distance(0x123456, 0x123456, (enum color_vision)i) < 0.001);
    }
    /* A light theme's amber and vermilion: one colour without green cones. */
    assert_true(color_distance(0x9A5B00, 0xB83A00, VISION_FULL) > 7);
    assert_true(color_distance(0x9A5B00, 0xB83A00, VISION_DEUTAN) < 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_hexadecimal_colours_and_nothing_else),
        cmocka_unit_test(finds_the_nearest_colours_of_smaller_tables),
        cmocka_unit_test(measures_contrast_as_wcag_does),
        cmocka_unit_test(knows_which_colours_look_alike_to_whom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
