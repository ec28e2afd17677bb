/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/units.h"
#include "core/random.h"
#include "support/fixture_model.h"
#include "support/golden.h"
#include "ui/ui.h"
#include "ui/views/overview_view.h"

enum { NAME_SIZE = 96, ROW_SIZE = 1024 };

static const char *const smoke_lines[] = {
    "GET http://127.0.0.1:8080/health",
    "POST http://127.0.0.1:8080/chat",
    "  Authorization: Bearer ***",
    "  Content-Type: application/json",
    "  {\"user_id\":\"smoke-${run_id}\",\"message\":\"What is 2 + 2?\"}",
    "  when the answer is a job:",
    "  then GET http://127.0.0.1:8080/chat/{job_id} every 500ms, up to 1m00s",
    "GET http://127.0.0.1:8080/metrics",
};

static const struct action_plan smoke_plan = {
    .to = "http://127.0.0.1:8080",
    .back = "nothing to undo: a chat stays in the agent's history",
    .line_count = sizeof smoke_lines / sizeof *smoke_lines,
    .lines = smoke_lines,
};

/* A ui over a fixture, and what it draws on. */
struct stage {
    enum fixture fixture;
    struct model *model;
    struct state *past;
    struct ui ui;
    struct ui_world world;
};

static struct stage *stage_new(enum fixture fixture, int width, int height) {
    struct stage *stage = memory_new(sizeof *stage);
    stage->fixture = fixture;
    stage->model = fixture_model(fixture);
    stage->past = memory_new(sizeof *stage->past);
    ui_init(&stage->ui, width, height);
    stage->world = (struct ui_world){
        .model = stage->model,
        .smoke = &smoke_plan,
        .now_ns = fixture_now_ns(),
        .link = {.frames_per_s = 10, .bytes_per_frame = 1954},
    };
    return stage;
}

static void stage_free(struct stage *stage) {
    model_free(stage->model);
    free(stage->past);
    free(stage);
}

static struct ui_request press_key(struct stage *stage, const struct key *key) {
    struct ui_request request = ui_on_key(&stage->ui, &stage->world, key);
    stage->world.past = NULL;
    if (stage->ui.frozen) {
        uint64_t view_ns = ui_view_ns(&stage->ui, stage->world.now_ns);
        fixture_state(stage->fixture, view_ns, stage->past);
        stage->world.past = stage->past;
    }
    return request;
}

/* Chords separated by blanks, as a key map writes them. */
static void press(struct stage *stage, const char *chords) {
    struct scan scan = scan_of(slice_of(chords));
    struct slice chord;
    while (scan_word(&scan, &chord)) {
        struct scan keys = scan_of(chord);
        while (!scan_done(&keys)) {
            struct key key;
            assert_true(key_parse(&keys, &key));
            press_key(stage, &key);
        }
    }
}

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
        struct canvas canvas = golden_canvas(sizes[i].width, sizes[i].height, ascii);
        struct stage *stage = stage_new(screen->fixture, canvas.width, canvas.height);
        if (is_held(screen)) stage->world.holder = &holder;
        press(stage, screen->keys);
        ui_draw(&stage->ui, &stage->world, &canvas);
        char name[NAME_SIZE];
        snprintf(
            name, sizeof name, "%s-%dx%d%s", screen->name, canvas.width, canvas.height,
            ascii ? "-ascii" : "");
        golden_expect_sound(&canvas);
        golden_expect(golden, name, &canvas);
        stage_free(stage);
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
    struct canvas canvas = golden_canvas(width, height, false);
    struct stage *stage = stage_new(screens[screen].fixture, width, height);
    press(stage, screens[screen].keys);
    ui_draw(&stage->ui, &stage->world, &canvas);
    for (unsigned panel = 0; panel < PANEL_COUNT; panel++) {
        struct rect rect = stage->ui.panels[panel];
        if (rect.width > 0) expect_frame(&canvas, rect, screen);
    }
    stage_free(stage);
    golden_canvas_free(&canvas);
}

static void nothing_is_drawn_over_a_border(void **state) {
    (void)state;
    for (int width = 80; width <= 230; width += 25) {
        for (size_t i = 0; i < 10; i++) { /* the overviews and zoomed panels */
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
    struct stage *stage = stage_new(FIXTURE_HEALTHY, 80, 24);
    for (int width = 80; width <= 240; width += 7) {
        for (int height = 24; height <= 80; height += 5) {
            struct canvas canvas = golden_canvas(width, height, false);
            ui_on_resize(&stage->ui, width, height);
            ui_draw(&stage->ui, &stage->world, &canvas);
            int cells = cells_of_panels(&stage->ui);
            assert_int_equal(cells, width * (height - 3));
            golden_canvas_free(&canvas);
        }
    }
    stage_free(stage);
}

static bool help_shows(struct stage *stage, enum command command, const char *key) {
    struct canvas canvas = golden_canvas(200, 60, false);
    ui_on_resize(&stage->ui, 200, 60);
    press(stage, "?");
    ui_draw(&stage->ui, &stage->world, &canvas);
    bool found = false;
    for (int y = 0; y < canvas.height; y++) {
        char row[ROW_SIZE];
        golden_row(&canvas, y, row, sizeof row);
        const char *at = strstr(row, command_help(command));
        if (at && strstr(row, key)) found = true;
    }
    press(stage, "Esc");
    golden_canvas_free(&canvas);
    return found;
}

static void expect_hint(struct stage *stage, char *hint) {
    char *blank = strchr(hint, ' ');
    assert_non_null(blank);
    *blank = '\0';
    const char *key = hint;
    const char *name = blank + 1;
    enum command command = COMMAND_COUNT;
    if (!command_from_name(name, &command)) fail_msg("\"%s\" is no command", name);
    if (!strstr(command_keys(command), key)) fail_msg("%s has no key %s", name, key);
    if (!help_shows(stage, command, key)) fail_msg("help does not show %s", name);
}

static void every_key_of_the_footer_is_in_the_table_and_in_help(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct canvas canvas = golden_canvas(sizes[i].width, sizes[i].height, false);
        struct stage *stage = stage_new(FIXTURE_HEALTHY, canvas.width, canvas.height);
        ui_draw(&stage->ui, &stage->world, &canvas);
        char row[ROW_SIZE];
        golden_row(&canvas, canvas.height - 1, row, sizeof row);
        char *at = row;
        int hints = 0;
        while ((at = at + strspn(at, " "))[0]) {
            if (strncmp(at, "│", 3) == 0) at += 3 + strspn(at + 3, " ");
            char *end = strstr(at, "  ");
            char *next = end ? end + 1 : at + strlen(at);
            if (end) *end = '\0';
            expect_hint(stage, at);
            hints++;
            at = next;
        }
        assert_true(hints >= 5);
        stage_free(stage);
        golden_canvas_free(&canvas);
    }
}

static void a_watcher_is_offered_nothing_that_acts(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_NO_CANARY, 200, 60);
    static const char *const keys[] = {"", "?", "Esc :", "s"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct canvas canvas = golden_canvas(200, 60, false);
        press(stage, keys[i]);
        ui_draw(&stage->ui, &stage->world, &canvas);
        for (int y = 0; y < canvas.height; y++) {
            char row[ROW_SIZE];
            golden_row(&canvas, y, row, sizeof row);
            assert_null(strstr(row, command_help(COMMAND_SMOKE)));
            assert_null(strstr(row, command_help(COMMAND_ARM)));
            assert_null(strstr(row, command_help(COMMAND_STOP)));
            assert_null(strstr(row, "A arm"));
        }
        golden_canvas_free(&canvas);
    }
    stage_free(stage);
}

/* Nothing of a frozen screen changes while time goes on, but the clock and the age. */
static void a_frozen_screen_stands_still(void **state) {
    (void)state;
    struct canvas before = golden_canvas(120, 40, false);
    struct canvas after = golden_canvas(120, 40, false);
    struct stage *stage = stage_new(FIXTURE_WORSE, 120, 40);
    press(stage, "Shift-Left");
    ui_draw(&stage->ui, &stage->world, &before);
    stage->world.now_ns += 5 * NS_PER_S;
    ui_draw(&stage->ui, &stage->world, &after);
    size_t row = 120 * sizeof *before.cells;
    assert_memory_equal(before.cells + 120, after.cells + 120, 39 * row);
    assert_memory_not_equal(before.cells, after.cells, row);
    stage_free(stage);
    golden_canvas_free(&before);
    golden_canvas_free(&after);
}

/* Any key that a finger can press without Shift, and whatever else a terminal sends. */
static struct key random_key(struct random *random, bool upper_case) {
    struct key key = {.cap = KEYCAP_RUNE};
    uint64_t pick = random_next(random);
    if (pick % 3 == 0) {
        key.cap =
            (enum keycap)(KEYCAP_ENTER + (pick >> 8) % (KEYCAP_COUNT - KEYCAP_ENTER));
        key.x = (int)(pick >> 16 & 0xFF);
        key.y = (int)(pick >> 24 & 0x3F);
        return key;
    }
    key.rune = (uint32_t)(' ' + (pick >> 8) % 95);
    if (!upper_case && key.rune >= 'A' && key.rune <= 'Z') key.rune += 'a' - 'A';
    if (pick % 7 == 0 && key.rune >= 'a' && key.rune <= 'z') key.with = KEY_WITH_CTRL;
    key.pasted = pick % 11 == 0;
    return key;
}

static void fuzz(enum fixture fixture, uint64_t seed, bool upper_case) {
    struct random random;
    random_seed(&random, seed);
    struct stage *stage = stage_new(fixture, 80, 24);
    for (int round = 0; round < 400; round++) {
        if (random_next(&random) % 4 == 0) {
            int width = 1 + (int)(random_next(&random) % 200);
            int height = 1 + (int)(random_next(&random) % 60);
            ui_on_resize(&stage->ui, width, height);
        }
        struct key key = random_key(&random, upper_case);
        struct ui_request request = ui_on_key(&stage->ui, &stage->world, &key);
        bool acts = request.command != COMMAND_COUNT &&
                    command_danger(request.command) != COMMAND_LOOKS;
        if (acts && !upper_case) fail_msg("seed %llu acts", (unsigned long long)seed);
        bool ascii = random_next(&random) % 2 == 0;
        struct canvas canvas = golden_canvas(stage->ui.width, stage->ui.height, ascii);
        ui_draw(&stage->ui, &stage->world, &canvas);
        golden_expect_sound(&canvas);
        golden_canvas_free(&canvas);
    }
    stage_free(stage);
}

static void any_keys_at_any_size_draw_sound_screens(void **state) {
    (void)state;
    for (unsigned i = 0; i < FIXTURE_COUNT; i++) fuzz((enum fixture)i, 100 + i, true);
}

static void no_lower_case_key_ever_acts(void **state) {
    (void)state;
    fuzz(FIXTURE_ARMED, 7, false);
    fuzz(FIXTURE_HEALTHY, 8, false);
    fuzz(FIXTURE_NO_CANARY, 9, false);
}

static void draw_at(struct stage *stage, int width, int height) {
    struct canvas canvas = golden_canvas(width, height, width % 2 == 0);
    ui_on_resize(&stage->ui, width, height);
    ui_draw(&stage->ui, &stage->world, &canvas);
    golden_expect_sound(&canvas);
    golden_canvas_free(&canvas);
}

static void draw_at_every_size(struct stage *stage) {
    for (int width = 1; width <= 125; width += 4) {
        for (int height = 1; height <= 42; height += 3) draw_at(stage, width, height);
    }
}

static void every_size_down_to_one_cell_is_drawn(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_ARMED, 1, 1);
    static const char *const keys[] = {"",  "ge Enter", "Esc gs", "gt",
                                       "?", "Esc :",    "Esc A"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        press(stage, keys[i]);
        draw_at_every_size(stage);
    }
    stage_free(stage);
}

int main(int argc, char **argv) {
    struct golden golden = golden_from_arguments(TESTS_FOLDER "/screens", argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(screens_look_as_recorded, &golden),
        cmocka_unit_test_prestate(screens_look_as_recorded_in_ascii, &golden),
        cmocka_unit_test(nothing_is_drawn_over_a_border),
        cmocka_unit_test(the_panels_cover_the_body_and_never_each_other),
        cmocka_unit_test(every_key_of_the_footer_is_in_the_table_and_in_help),
        cmocka_unit_test(a_watcher_is_offered_nothing_that_acts),
        cmocka_unit_test(a_frozen_screen_stands_still),
        cmocka_unit_test(any_keys_at_any_size_draw_sound_screens),
        cmocka_unit_test(no_lower_case_key_ever_acts),
        cmocka_unit_test(every_size_down_to_one_cell_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
