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
    {"timeline-frozen", FIXTURE_WORSE, "gt ,"},
    {"help-all", FIXTURE_HEALTHY, "?"},
    {"help-watching", FIXTURE_NO_CANARY, "? t i m e"},
    {"palette-blocked", FIXTURE_HEALTHY, ": s"},
    {"dialog-arm-production", FIXTURE_BARE_URL, "A a g e"},
    {"dialog-arm-local", FIXTURE_HEALTHY, "A"},
    {"dialog-take-over", FIXTURE_HEALTHY, "A d e"},
    {"dialog-take-over-production", FIXTURE_BARE_URL, "A a g e"},
    {"dialog-smoke", FIXTURE_ARMED, "S"},
    {"dialog-smoke-end", FIXTURE_ARMED, "S PgDn PgDn Up"},
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
    static const char *const keys[] = {"",  "ge Enter", "Esc gs", "gt",
                                       "?", "Esc :",    "Esc A"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        ui_stage_press(stage, keys[i]);
        draw_at_every_size(stage);
    }
    ui_stage_free(stage);
}

int main(int argc, char **argv) {
    struct golden golden = golden_from_arguments(TESTS_FOLDER "/screens", argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(screens_look_as_recorded, &golden),
        cmocka_unit_test_prestate(screens_look_as_recorded_in_ascii, &golden),
        cmocka_unit_test(a_frozen_screen_stands_still),
        cmocka_unit_test(every_size_down_to_one_cell_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
