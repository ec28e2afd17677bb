/* SPDX-License-Identifier: MIT */
#include "ui/screen_diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 12, HEIGHT = 2 };

/* '<' and '>' stand for the two cells of a wide
 * character, '0' for a cell never drawn. */
static void fill(struct cell *cells, const char *picture) {
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        uint32_t rune = (uint32_t)(unsigned char)picture[i];
        if (rune == '<') rune = 0x4E2D;
        if (rune == '>' || rune == '0') rune = 0;
        cells[i] = (struct cell){.rune = rune, .role = ROLE_TEXT};
    }
}

struct runs {
    int count;
    struct screen_run runs[WIDTH * HEIGHT];
};

static struct runs runs_between(const char *shown, const char *next) {
    struct cell before[WIDTH * HEIGHT], after[WIDTH * HEIGHT];
    fill(before, shown);
    fill(after, next);
    struct canvas canvas = {.cells = after, .width = WIDTH, .height = HEIGHT};
    struct screen_diff diff = screen_diff_of(before, &canvas);
    struct runs runs = {0};
    while (screen_diff_next(&diff, &runs.runs[runs.count])) runs.count++;
    return runs;
}

static void assert_run(struct screen_run run, int x, int y, int width) {
    assert_int_equal(run.x, x);
    assert_int_equal(run.y, y);
    assert_int_equal(run.width, width);
}

static void equal_pictures_have_no_runs(void **state) {
    (void)state;
    struct runs runs =
        runs_between("aaaaaaaaaaaabbbbbbbbbbbb", "aaaaaaaaaaaabbbbbbbbbbbb");
    assert_int_equal(runs.count, 0);
}

static void a_picture_never_shown_is_drawn_whole(void **state) {
    (void)state;
    struct runs runs =
        runs_between("000000000000000000000000", "            <>bbbbbbbbbb");
    assert_int_equal(runs.count, 2);
    assert_run(runs.runs[0], 0, 0, WIDTH);
    assert_run(runs.runs[1], 0, 1, WIDTH);
}

static void close_changes_are_one_run_and_far_ones_two(void **state) {
    (void)state;
    struct runs runs =
        runs_between("aaaaaaaaaaaabbbbbbbbbbbb", "aXaXaaaaaXaabbbbbbbbbbbb");
    assert_int_equal(runs.count, 2);
    assert_run(runs.runs[0], 1, 0, 3);
    assert_run(runs.runs[1], 9, 0, 1);
}

static void the_ends_of_rows_are_reached(void **state) {
    (void)state;
    struct runs runs =
        runs_between("aaaaaaaaaaaabbbbbbbbbbbb", "aaaaaaaaaaaXbbbbbbbbbbbX");
    assert_int_equal(runs.count, 2);
    assert_run(runs.runs[0], 11, 0, 1);
    assert_run(runs.runs[1], 11, 1, 1);
}

static void a_wide_character_is_never_cut(void **state) {
    (void)state;
    /* A wide one goes: both of its cells are drawn,
     * although one of them kept its rune. */
    struct runs runs =
        runs_between("aa<>aaaaaaaabbbbbbbbbbbb", "aaXXaaaaaaaabbbbbbbbbbbb");
    assert_int_equal(runs.count, 1);
    assert_run(runs.runs[0], 2, 0, 2);
    /* One comes a cell later than the one that was there. */
    runs = runs_between("aa<>aaaaaaaabbbbbbbbbbbb", "aaX<>aaaaaaabbbbbbbbbbbb");
    assert_int_equal(runs.count, 1);
    assert_run(runs.runs[0], 2, 0, 3);
    runs = runs_between("<>aaaaaaaaaa<>bbbbbbbbbb", "XYaaaaaaaaaa<>bbbbbbbbbb");
    assert_int_equal(runs.count, 1);
    assert_run(runs.runs[0], 0, 0, 2);
}

static void another_role_alone_is_a_change(void **state) {
    (void)state;
    struct cell before[WIDTH * HEIGHT], after[WIDTH * HEIGHT];
    fill(before, "aaaaaaaaaaaabbbbbbbbbbbb");
    memcpy(after, before, sizeof before);
    after[5].under = ROLE_SELECT;
    struct canvas canvas = {.cells = after, .width = WIDTH, .height = HEIGHT};
    struct screen_diff diff = screen_diff_of(before, &canvas);
    struct screen_run run;
    assert_true(screen_diff_next(&diff, &run));
    assert_run(run, 5, 0, 1);
    assert_false(screen_diff_next(&diff, &run));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_pictures_have_no_runs),
        cmocka_unit_test(a_picture_never_shown_is_drawn_whole),
        cmocka_unit_test(close_changes_are_one_run_and_far_ones_two),
        cmocka_unit_test(the_ends_of_rows_are_reached),
        cmocka_unit_test(a_wide_character_is_never_cut),
        cmocka_unit_test(another_role_alone_is_a_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
