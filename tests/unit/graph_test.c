/* SPDX-License-Identifier: MIT */
#include "ui/graph.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/units.h"

enum { WIDTH = 40, HEIGHT = 6, SECONDS = 300 };

static const uint64_t now_ns = 10000 * NS_PER_S;

static struct series *line(float from, float to) {
    struct series *series = memory_new(sizeof *series);
    series_init(series, NS_PER_S);
    for (int s = 0; s <= SECONDS; s++) {
        uint64_t at_ns = now_ns - (uint64_t)(SECONDS - s) * NS_PER_S;
        series_put(series, at_ns, s < SECONDS / 2 ? from : to);
    }
    return series;
}

struct sheet {
    struct cell cells[WIDTH * HEIGHT];
    struct canvas canvas;
};

static void draw(struct sheet *sheet, struct graph *graph, bool ascii) {
    sheet->canvas = (struct canvas){
        .cells = sheet->cells, .width = WIDTH, .height = HEIGHT, .ascii = ascii};
    canvas_clear(&sheet->canvas);
    graph->view_ns = now_ns;
    graph->window_ns = SECONDS * NS_PER_S;
    graph_draw(&sheet->canvas, canvas_rect(&sheet->canvas), graph);
}

static struct cell at(const struct sheet *sheet, int x, int y) {
    return sheet->cells[y * WIDTH + x];
}

/* The row of the only dots of a column in that role; -1 for none. */
static int row_of(const struct sheet *sheet, int x, enum role role) {
    for (int y = 0; y < HEIGHT; y++) {
        struct cell cell = at(sheet, x, y);
        if (cell.role == role && cell.rune != ' ') return y;
    }
    return -1;
}

static void a_higher_value_stands_higher_and_steps_hold_together(void **state) {
    (void)state;
    struct series *series = line(10, 100);
    struct graph graph = {.lower = series, .metric = METRIC_RPS, .limit = NAN};
    struct sheet sheet;
    draw(&sheet, &graph, false);
    assert_int_equal(row_of(&sheet, 2, ROLE_STABLE), HEIGHT - 1);
    assert_int_equal(row_of(&sheet, 30, ROLE_STABLE), 0);
    int step = -1; /* the column of the rise has dots in every row */
    for (int x = 0; x < WIDTH - 6; x++) {
        int dots = 0;
        for (int y = 0; y < HEIGHT; y++) dots += at(&sheet, x, y).rune != ' ';
        if (dots == HEIGHT) step = x;
    }
    assert_true(step > 0);
    free(series);
}

static void the_limit_is_dashed_where_no_line_runs(void **state) {
    (void)state;
    struct series *series = line(10, 10);
    struct graph graph = {.lower = series, .metric = METRIC_P95, .limit = 20};
    struct sheet sheet;
    draw(&sheet, &graph, false);
    assert_int_equal(at(&sheet, 3, 0).rune, 0x254C);
    assert_int_equal(at(&sheet, 3, 0).role, ROLE_LIMIT);
    graph.limit = 5000; /* out of reach: the line would lie flat */
    draw(&sheet, &graph, false);
    for (int x = 0; x < WIDTH; x++) assert_int_not_equal(at(&sheet, x, 0).rune, 0x254C);
    free(series);
}

static void two_series_are_told_apart_without_colour(void **state) {
    (void)state;
    struct series *stable = line(30, 30);
    struct series *canary = line(30, 70);
    struct graph graph = {
        .lower = stable,
        .upper = canary,
        .metric = METRIC_P95,
        .limit = NAN,
        .excess = true};
    struct sheet sheet;
    draw(&sheet, &graph, false);
    int names = 0;
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = WIDTH - 6; x < WIDTH; x++) {
            names +=
                at(&sheet, x, y).rune == 's' && at(&sheet, x, y).role == ROLE_STABLE;
            names +=
                at(&sheet, x, y).rune == 'c' && at(&sheet, x, y).role == ROLE_CANARY;
        }
    }
    assert_int_equal(names, 2);
    /* What the canary takes longer is filled. */
    assert_true(row_of(&sheet, 30, ROLE_CANARY) < row_of(&sheet, 30, ROLE_STABLE));
    draw(&sheet, &graph, true);
    assert_int_equal(at(&sheet, 30, row_of(&sheet, 30, ROLE_CANARY)).rune, '*');
    free(stable);
    free(canary);
}

static void without_a_value_it_says_so(void **state) {
    (void)state;
    struct series *series = memory_new(sizeof *series);
    struct graph graph = {.lower = series, .metric = METRIC_RPS, .limit = 1};
    struct sheet sheet;
    draw(&sheet, &graph, false);
    bool said = false;
    for (int i = 0; i + 1 < WIDTH * HEIGHT; i++) {
        said = said || (sheet.cells[i].rune == 'n' && sheet.cells[i + 1].rune == 'o');
    }
    assert_true(said);
    free(series);
}

static void a_bar_is_filled_in_eighths(void **state) {
    (void)state;
    static const struct {
        double ratio;
        uint32_t first, last;
    } rows[] = {
        {0, 0xB7, 0xB7},        {1, 0x2588, 0x2588},  {0.5, 0x2588, 0xB7},
        {0.0001, 0x258F, 0xB7}, {2, 0x2588, 0x2588},  {-1, 0xB7, 0xB7},
        {NAN, 0xB7, 0xB7},      {0.05, 0x258C, 0xB7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cell cells[10];
        struct canvas canvas = {.cells = cells, .width = 10, .height = 1};
        canvas_clear(&canvas);
        graph_draw_bar(&canvas, canvas_rect(&canvas), rows[i].ratio, ROLE_STABLE);
        assert_int_equal(cells[0].rune, rows[i].first);
        assert_int_equal(cells[9].rune, rows[i].last);
    }
}

static void a_row_of_eighths_shows_changes_and_leaves_gaps(void **state) {
    (void)state;
    struct series *series = line(10, 100);
    struct graph graph = {
        .lower = series,
        .metric = METRIC_RPS,
        .view_ns = now_ns,
        .window_ns = 600 * NS_PER_S, /* the first half is before the first value */
        .limit = NAN,
    };
    struct cell cells[WIDTH];
    struct canvas canvas = {.cells = cells, .width = WIDTH, .height = 1};
    canvas_clear(&canvas);
    graph_draw_spark(&canvas, canvas_rect(&canvas), &graph, ROLE_STABLE);
    assert_int_equal(cells[3].rune, ' ');
    assert_int_equal(cells[24].rune, 0x2581);
    assert_int_equal(cells[WIDTH - 2].rune, 0x2588);
    free(series);
}

static void the_largest_of_values_are_drawn_all_the_same(void **state) {
    (void)state;
    struct series *series = line(-FLT_MAX, FLT_MAX);
    struct graph graph = {
        .lower = series,
        .metric = METRIC_P95,
        .view_ns = now_ns,
        .window_ns = 300 * NS_PER_S,
        .limit = NAN,
    };
    struct cell cells[WIDTH * 4];
    struct canvas canvas = {.cells = cells, .width = WIDTH, .height = 4};
    canvas_clear(&canvas);
    graph_draw_spark(&canvas, (struct rect){0, 0, WIDTH, 1}, &graph, ROLE_STABLE);
    graph_draw(&canvas, (struct rect){0, 1, WIDTH, 3}, &graph);
    assert_int_not_equal(cells[WIDTH - 2].rune, ' ');
    free(series);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_higher_value_stands_higher_and_steps_hold_together),
        cmocka_unit_test(the_limit_is_dashed_where_no_line_runs),
        cmocka_unit_test(two_series_are_told_apart_without_colour),
        cmocka_unit_test(without_a_value_it_says_so),
        cmocka_unit_test(a_bar_is_filled_in_eighths),
        cmocka_unit_test(a_row_of_eighths_shows_changes_and_leaves_gaps),
        cmocka_unit_test(the_largest_of_values_are_drawn_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
