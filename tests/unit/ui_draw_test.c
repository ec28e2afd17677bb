/* SPDX-License-Identifier: MIT */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "support/golden.h"
#include "support/ui_stage.h"

enum { NAME_SIZE = 96 };

static const struct target_holder holder = {
    .name = "sgreen",
    .host = "ops-2",
    .purpose = "cockpit",
    .pid = 41237,
    .since_ms = 1795356351000, /* 16 minutes before */
    .epoch = 7,
};

static const struct setting_values settings = {
    .words = {"night", "256", NULL, "auto (on)"},
};

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
    {"overview-idle", FIXTURE_IDLE, ""},
    {"overview-frozen", FIXTURE_REDIS_DEAD, "Shift-Left Shift-Left Left"},
    {"zoomed-latency", FIXTURE_WORSE, "3 z"},
    {"zoomed-health-filtered", FIXTURE_REDIS_DEAD, "7 / ! r e a d y Enter z"},
    {"errors-list", FIXTURE_WORSE, "ge j"},
    {"errors-opened", FIXTURE_WORSE, "ge j Enter"},
    {"checks-running", FIXTURE_ARMED, "gs"},
    {"checks-done", FIXTURE_HEALTHY, "gs"},
    {"overview-load", FIXTURE_LOAD, ""},
    {"load-none", FIXTURE_HEALTHY, "gl"},
    {"load-running", FIXTURE_LOAD, "gl"},
    {"load-ended", FIXTURE_LOAD_ENDED, "gl Tab"},
    {"load-frozen", FIXTURE_LOAD, "gl Shift-Left Shift-Left Shift-Left Shift-Left"},
    {"load-heat-zoomed", FIXTURE_LOAD, "gl z ["},
    {"timeline-frozen", FIXTURE_WORSE, "gt ,"},
    {"help-all", FIXTURE_HEALTHY, "?"},
    {"help-watching", FIXTURE_NO_CANARY, "? t i m e"},
    {"palette-blocked", FIXTURE_HEALTHY, ": s"},
    {"settings", FIXTURE_HEALTHY, "F2 Down"},
    {"mark-line", FIXTURE_WORSE, "gt m s l o w"},
    {"export-line", FIXTURE_WORSE, "3 e"},
    {"errors-filtered", FIXTURE_WORSE, "2 / ! t i m e Enter n"},
    {"dialog-arm-production", FIXTURE_BARE_URL, "A a g e"},
    {"dialog-arm-local", FIXTURE_HEALTHY, "A"},
    {"dialog-take-over", FIXTURE_HEALTHY, "A d e"},
    {"dialog-take-over-production", FIXTURE_BARE_URL, "A a g e"},
    {"dialog-smoke", FIXTURE_ARMED, "S"},
    {"dialog-smoke-end", FIXTURE_ARMED, "S PgDn PgDn Up"},
    {"dialog-load", FIXTURE_ARMED, "L Tab a g"},
    {"dialog-load-blocked", FIXTURE_LOAD, "gl L Tab Tab"},
    {"dialog-load-more", FIXTURE_LOAD, "gl +"},
    {"dialog-load-stop", FIXTURE_LOAD, "gl X"},
    {"dialog-stop", FIXTURE_ARMED, "X"},
    {"dialog-quit", FIXTURE_ARMED, "q"},
};

static const struct {
    int width, height;
} sizes[] = {{200, 60}, {120, 40}, {80, 24}, {40, 10}};

static bool is_held(const struct screen *screen) {
    return strncmp(screen->name, "dialog-take-over", 16) == 0;
}

static void draw_sizes(
    const struct golden *golden, const struct screen *screen, bool ascii) {
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int width = sizes[i].width;
        int height = sizes[i].height;
        struct ui_stage *stage = ui_stage_new(screen->fixture, width, height);
        if (is_held(screen)) stage->world.holder = &holder;
        stage->world.settings = settings;
        ui_stage_press(stage, screen->keys);
        struct canvas canvas = ui_stage_draw(stage, width, height, ascii);
        char name[NAME_SIZE];
        snprintf(
            name, sizeof name, "%s-%dx%d%s", screen->name, width, height,
            ascii ? "-ascii" : "");
        golden_expect_sound(&canvas);
        golden_expect(golden, name, &canvas);
        ui_stage_free(stage);
        golden_canvas_free(&canvas);
    }
}

static void screens_look_as_recorded(void **state) {
    const struct golden *golden = *state;
    for (size_t i = 0; i < sizeof screens / sizeof *screens; i++) {
        draw_sizes(golden, &screens[i], false);
    }
}

static void screens_look_as_recorded_in_ascii(void **state) {
    const struct golden *golden = *state;
    for (size_t i = 0; i < sizeof screens / sizeof *screens; i++) {
        draw_sizes(golden, &screens[i], true);
    }
}

/* Nothing of a frozen screen changes while time goes on, but the clock and the age. */
static void a_frozen_screen_stands_still(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_WORSE, 120, 40);
    ui_stage_press(stage, "Shift-Left");
    struct canvas before = ui_stage_draw(stage, 120, 40, false);
    stage->world.now_ns += 5 * NS_PER_S;
    struct canvas after = ui_stage_draw(stage, 120, 40, false);
    size_t row = 120 * sizeof *before.cells;
    assert_memory_equal(before.cells + 120, after.cells + 120, 39 * row);
    assert_memory_not_equal(before.cells, after.cells, row);
    ui_stage_free(stage);
    golden_canvas_free(&before);
    golden_canvas_free(&after);
}

static void draw_at_every_size(struct ui_stage *stage) {
    for (int width = 1; width <= 125; width += 4) {
        for (int height = 1; height <= 42; height += 3) {
            struct canvas canvas = ui_stage_draw(stage, width, height, width % 2 == 0);
            golden_expect_sound(&canvas);
            golden_canvas_free(&canvas);
        }
    }
}

static void every_size_down_to_one_cell_is_drawn(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_ARMED, 1, 1);
    static const char *const keys[] = {"",   "ge Enter", "Esc gs", "gl",   "gl z",
                                       "gt", "?",        "Esc :",  "Esc A"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        ui_stage_press(stage, keys[i]);
        draw_at_every_size(stage);
    }
    ui_stage_free(stage);
}

/* What the operator may have made of the screen before data comes. */
static const char *const ways[] = {
    "",    "2",    "7 / ! r e a d y Enter",
    "] ]", "b",    "8 z",
    "gs",  "ge j", "gt",
    "?",   ": s",  "A",
    "gl",
};
enum { WAYS = sizeof ways / sizeof *ways };

static void draw_turn(
    struct ui_stage *stage, struct canvas *canvas, enum frame_turn turn) {
    stage->world.turn = turn;
    ui_draw(&stage->ui, &stage->world, canvas);
}

static void expect_same(
    const struct canvas *halves, const struct canvas *whole, enum fixture to,
    const char *way) {
    int count = whole->width * whole->height;
    for (int i = 0; i < count; i++) {
        const struct cell *a = &halves->cells[i];
        const struct cell *b = &whole->cells[i];
        if (a->rune == b->rune && a->role == b->role && a->under == b->under) continue;
        fail_msg(
            "%s, keys \"%s\", %dx%d: cell %d,%d is U+%04X in role %u, not U+%04X in %u",
            fixture_name(to), way, whole->width, whole->height, i % whole->width,
            i / whole->width, a->rune, a->role, b->rune, b->role);
    }
}

/* The first model is drawn whole; then the second one comes, in two halves. */
static void change(
    enum fixture from, enum fixture to, const char *way, struct rect size) {
    struct ui_stage *stage = ui_stage_new(from, size.width, size.height);
    struct ui_stage *next = ui_stage_new(to, size.width, size.height);
    ui_stage_press(stage, way);
    struct canvas halves = ui_stage_draw(stage, size.width, size.height, false);
    stage->world.model = next->world.model;
    stage->world.now_ns += NS_PER_S;
    draw_turn(stage, &halves, FRAME_FIRST_HALF);
    draw_turn(stage, &halves, FRAME_SECOND_HALF);
    stage->world.turn = FRAME_WHOLE;
    struct canvas whole = ui_stage_draw(stage, size.width, size.height, false);
    expect_same(&halves, &whole, to, way);
    golden_canvas_free(&halves);
    golden_canvas_free(&whole);
    ui_stage_free(next);
    ui_stage_free(stage);
}

static void change_in_every_way(enum fixture from, enum fixture to, struct rect size) {
    for (size_t way = 0; way < WAYS; way++) change(from, to, ways[way], size);
}

static void two_halves_make_the_whole_of_every_fixture(void **state) {
    (void)state;
    static const struct rect rects[] = {
        {.width = 200, .height = 60}, {.width = 120, .height = 40},
        {.width = 80, .height = 24},  {.width = 40, .height = 10},
        {.width = 20, .height = 4},   {.width = 97, .height = 71},
    };
    for (size_t i = 0; i < sizeof rects / sizeof *rects; i++) {
        for (unsigned from = 0; from < FIXTURE_COUNT; from++) {
            enum fixture to = (enum fixture)((from + 1 + i) % FIXTURE_COUNT);
            change_in_every_way((enum fixture)from, to, rects[i]);
        }
    }
}

static void two_halves_make_the_whole_at_every_size(void **state) {
    (void)state;
    for (int width = 36; width <= 240; width += 12) {
        for (int height = 8; height <= 80; height += 6) {
            struct rect size = {.width = width, .height = height};
            change(FIXTURE_WORSE, FIXTURE_NO_CANARY, "", size);
            change(FIXTURE_BARE_URL, FIXTURE_REDIS_DEAD, "7", size);
        }
    }
}

/* Each half draws something, and leaves alone what is not its own. */
static void a_half_is_not_the_whole(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_HEALTHY, 120, 40);
    struct canvas first = golden_canvas(120, 40, false);
    struct canvas second = golden_canvas(120, 40, false);
    draw_turn(stage, &first, FRAME_FIRST_HALF);
    draw_turn(stage, &second, FRAME_SECOND_HALF);
    unsigned drawn[2] = {0};
    for (size_t i = 0; i < (size_t)120 * 40; i++) {
        bool by_first = first.cells[i].role != ROLE_NONE;
        bool by_second = second.cells[i].role != ROLE_NONE;
        assert_true(by_first != by_second);
        drawn[by_second]++;
    }
    assert_in_range(drawn[0], 120 * 40 / 4, 120 * 40);
    assert_in_range(drawn[1], 120 * 40 / 4, 120 * 40);
    golden_canvas_free(&first);
    golden_canvas_free(&second);
    ui_stage_free(stage);
}

int main(int argc, char **argv) {
    struct golden golden = golden_from_arguments(TESTS_FOLDER "/screens", argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(screens_look_as_recorded, &golden),
        cmocka_unit_test_prestate(screens_look_as_recorded_in_ascii, &golden),
        cmocka_unit_test(a_frozen_screen_stands_still),
        cmocka_unit_test(every_size_down_to_one_cell_is_drawn),
        cmocka_unit_test(two_halves_make_the_whole_of_every_fixture),
        cmocka_unit_test(two_halves_make_the_whole_at_every_size),
        cmocka_unit_test(a_half_is_not_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
