/* SPDX-License-Identifier: MIT */
#include "ui/views/overview_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/golden.h"
#include "support/ui_stage.h"

enum { ROW_SIZE = 1024 };

/* The overviews and zoomed panels. */
struct screen {
    const char *name;
    enum fixture fixture;
    const char *keys;
};

static const struct screen screens[] = {
    {"overview-healthy", FIXTURE_HEALTHY, ""},
    {"overview-worse", FIXTURE_WORSE, "2"},
    {"overview-redis-dead", FIXTURE_REDIS_DEAD, ""},
    {"overview-missing", FIXTURE_MISSING, ""},
    {"overview-no-canary", FIXTURE_NO_CANARY, ""},
    {"overview-bare-url", FIXTURE_BARE_URL, ""},
    {"overview-armed", FIXTURE_ARMED, ""},
    {"overview-frozen", FIXTURE_REDIS_DEAD, "Shift-Left Shift-Left Left"},
    {"zoomed-latency", FIXTURE_WORSE, "3 z"},
    {"zoomed-health-filtered", FIXTURE_REDIS_DEAD, "7 / ! r e a d y Enter z"},
};

/* Light and heavy lines of a frame. */
static bool is_across(uint32_t rune) {
    return rune == 0x2500 || rune == 0x2501;
}

static bool is_down(uint32_t rune) {
    return rune == 0x2502 || rune == 0x2503;
}

static uint32_t rune_at(const struct canvas *canvas, int x, int y) {
    return canvas->cells[(size_t)y * (size_t)canvas->width + (size_t)x].rune;
}

static void expect_frame(const struct canvas *canvas, struct rect r, size_t screen) {
    for (int y = r.y + 1; y < r.y + r.height - 1; y++) {
        bool whole = is_down(rune_at(canvas, r.x, y)) &&
                     is_down(rune_at(canvas, r.x + r.width - 1, y));
        if (!whole) fail_msg("%s: row %d breaks its frame", screens[screen].name, y);
    }
    for (int x = r.x + 1; x < r.x + r.width - 1; x++) {
        bool whole = is_across(rune_at(canvas, x, r.y + r.height - 1));
        if (!whole) fail_msg("%s: column %d breaks its frame", screens[screen].name, x);
    }
}

static void expect_frames(size_t screen, int width, int height) {
    struct ui_stage *stage = ui_stage_new(screens[screen].fixture, width, height);
    ui_stage_press(stage, screens[screen].keys);
    struct canvas canvas = ui_stage_draw(stage, width, height, false);
    for (unsigned panel = 0; panel < PANEL_COUNT; panel++) {
        struct rect rect = stage->ui.panels[panel];
        if (rect.width > 0) expect_frame(&canvas, rect, screen);
    }
    ui_stage_free(stage);
    golden_canvas_free(&canvas);
}

static void nothing_is_drawn_over_a_border(void **state) {
    (void)state;
    for (int width = 80; width <= 230; width += 25) {
        for (size_t i = 0; i < sizeof screens / sizeof *screens; i++) {
            expect_frames(i, width, 24 + (width - 80) / 3);
        }
    }
}

/* Cells under the panels; fails when two of them share one. */
static int cells_of_panels(const struct ui *ui) {
    int cells = 0;
    for (unsigned a = 0; a < PANEL_COUNT; a++) {
        struct rect rect = ui->panels[a];
        cells += rect.width * rect.height;
        for (unsigned b = 0; b < a; b++) {
            struct rect both = rect_intersect(rect, ui->panels[b]);
            assert_int_equal(both.width * both.height, 0);
        }
    }
    return cells;
}

static void the_panels_cover_the_body_and_never_each_other(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_HEALTHY, 80, 24);
    for (int width = 80; width <= 240; width += 7) {
        for (int height = 24; height <= 80; height += 5) {
            struct canvas canvas = ui_stage_draw(stage, width, height, false);
            int cells = cells_of_panels(&stage->ui);
            assert_int_equal(cells, width * (height - 3));
            golden_canvas_free(&canvas);
        }
    }
    ui_stage_free(stage);
}

static void expect_words(
    struct ui_stage *stage, int width, int height, const char *words, bool there) {
    struct canvas canvas = ui_stage_draw(stage, width, height, false);
    bool found = false;
    for (int y = 0; y < height; y++) {
        char row[ROW_SIZE];
        golden_row(&canvas, y, row, sizeof row);
        if (strstr(row, words)) found = true;
    }
    if (found != there) fail_msg("%dx%d: \"%s\"", width, height, words);
    golden_canvas_free(&canvas);
}

static void small_screens_show_redis_and_the_model(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_HEALTHY, 80, 24);
    expect_words(stage, 80, 24, "redis/s      379", true);
    expect_words(stage, 80, 24, "redis 0.5ms 379 op/s", true);
    expect_words(stage, 80, 24, "model 272ms 249ms", true);
    expect_words(stage, 40, 10, "redis/s      379", true);
    expect_words(stage, 40, 10, "→v1.6.0 10%", true);
    ui_stage_free(stage);
    stage = ui_stage_new(FIXTURE_REDIS_DEAD, 80, 24); /* the room is for what failed */
    expect_words(stage, 80, 24, "op/s", false);
    expect_words(stage, 80, 24, "✘ worker-1", true);
    ui_stage_free(stage);
}

static void the_window_stands_in_the_titles_of_what_has_a_past(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_HEALTHY, 200, 60);
    expect_words(stage, 200, 60, "split 10% last 5m ━┓", true);
    expect_words(stage, 120, 40, "split 10% 5m ━┓", true); /* as there is room */
    expect_words(stage, 120, 40, "SLO p95 2.00s last 5m ─╮", true);
    expect_words(stage, 80, 24, "canary last 5m ━┓", true);
    ui_stage_press(stage, "]");
    expect_words(stage, 120, 40, "SLO p95 2.00s last 15m ─╮", true);
    expect_words(stage, 120, 40, "5m ━┓", true);
    ui_stage_press(stage, "[ [");
    expect_words(stage, 120, 40, "SLO p95 2.00s last 1m ─╮", true);
    expect_words(stage, 120, 40, "16/16 ok ─╮", true); /* health has none */
    ui_stage_free(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_screens_show_redis_and_the_model),
        cmocka_unit_test(the_window_stands_in_the_titles_of_what_has_a_past),
        cmocka_unit_test(nothing_is_drawn_over_a_border),
        cmocka_unit_test(the_panels_cover_the_body_and_never_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
