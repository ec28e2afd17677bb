/* SPDX-License-Identifier: MIT */
#include "ui/views/load_view.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "support/golden.h"
#include "support/ui_stage.h"
#include "ui/ui_command.h"
#include "ui/views/load_panels.h"

enum { ROW_SIZE = 1024, WIDTH = 120, HEIGHT = 40 };

/* A state of its own over the series of a fixture. */
struct look {
    struct ui_stage *stage;
    struct state state;
    struct scene scene;
};

static struct look *look_new(enum fixture fixture) {
    struct look *look = memory_new(sizeof *look);
    look->stage = ui_stage_new(fixture, WIDTH, HEIGHT);
    ui_stage_press(look->stage, "gl");
    look->state = look->stage->world.model->state;
    look->scene = ui_scene(&look->stage->ui, &look->stage->world);
    look->scene.state = look->scene.live = &look->state;
    return look;
}

static void look_free(struct look *look) {
    ui_stage_free(look->stage);
    free(look);
}

static struct canvas draw_body(const struct look *look) {
    struct canvas canvas = golden_canvas(WIDTH, HEIGHT, false);
    canvas_clear(&canvas);
    load_view_draw_line(&canvas, (struct rect){0, 1, WIDTH, 1}, &look->scene);
    load_view_draw(&canvas, (struct rect){0, 2, WIDTH, HEIGHT - 3}, &look->scene);
    return canvas;
}

static bool shows(const struct canvas *canvas, const char *words) {
    for (int y = 0; y < canvas->height; y++) {
        char row[ROW_SIZE];
        golden_row(canvas, y, row, sizeof row);
        if (strstr(row, words)) return true;
    }
    return false;
}

static void expect_shown(const struct look *look, const char *words, bool shown) {
    struct canvas canvas = draw_body(look);
    if (shows(&canvas, words) != shown) fail_msg("\"%s\"", words);
    golden_canvas_free(&canvas);
}

static unsigned count_role(const struct canvas *canvas, enum role role) {
    unsigned count = 0;
    for (int i = 0; i < canvas->width * canvas->height; i++) {
        if (canvas->cells[i].role == (uint8_t)role) count++;
    }
    return count;
}

static void no_data_is_never_green(void **state) {
    (void)state;
    struct look *look = look_new(FIXTURE_MISSING);
    struct canvas canvas = draw_body(look);
    assert_int_equal(count_role(&canvas, ROLE_OK), 0);
    assert_true(shows(&canvas, "no data"));
    golden_canvas_free(&canvas);
    look->state.load.phase = LOAD_RUNNING; /* and nothing has come yet */
    look->state.load.at_ns = look->scene.view_ns;
    look->state.load.gate_count = 1;
    text_copy(look->state.load.gates[0].words, LOAD_GATE_SIZE, "p95<2s");
    look->state.load.gates[0].verdict = VERDICT_INCONCLUSIVE;
    canvas = draw_body(look);
    assert_int_equal(count_role(&canvas, ROLE_OK), 0);
    assert_true(shows(&canvas, "p95<2s ?"));
    golden_canvas_free(&canvas);
    look_free(look);
}

static void a_run_that_falls_silent_shows_its_age(void **state) {
    (void)state;
    struct look *look = look_new(FIXTURE_LOAD);
    expect_shown(look, " old", false);
    look->state.load.at_ns = look->scene.view_ns - 12 * NS_PER_S;
    expect_shown(look, "612 of 650 rps ~ 12s old", true);
    look->state.load.phase = LOAD_ENDED; /* it will not speak again */
    expect_shown(look, " old", false);
    look_free(look);
}

static void a_gate_that_fails_is_seen_where_its_figure_stands(void **state) {
    (void)state;
    struct look *look = look_new(FIXTURE_LOAD);
    expect_shown(look, "● RUNNING", true);
    look->state.load.gates[0].verdict = VERDICT_FAIL;
    expect_shown(look, "! RUNNING", true);
    expect_shown(look, "p95    !1.21s", true);
    expect_shown(look, "p99    !", false);
    look_free(look);
}

static void omission_is_named_only_when_it_hid_something(void **state) {
    (void)state;
    struct look *look = look_new(FIXTURE_LOAD);
    expect_shown(look, "(omission hid 710ms)", true);
    look->state.load.latencies.service_ms[LOAD_P99] = 2000;
    expect_shown(look, "uncorrected p99 2.00s", true);
    expect_shown(look, "omission hid", false);
    look_free(look);
}

static void first_bytes_stand_where_streams_are(void **state) {
    (void)state;
    struct look *look = look_new(FIXTURE_LOAD);
    expect_shown(look, "ttft", false);
    look->state.load.latencies.first_byte_ms[LOAD_P50] = 120;
    look->state.load.latencies.first_byte_ms[LOAD_P95] = 480;
    expect_shown(look, "ttft p50 120ms  p95 480ms", true);
    look_free(look);
}

static void a_limited_generator_says_by_what(void **state) {
    (void)state;
    struct look *look = look_new(FIXTURE_LOAD_ENDED);
    expect_shown(look, "limited by !lag over 10% of p99", true);
    expect_shown(look, "generator healthy", false);
    look_free(look);
}

static void the_first_run_of_a_scenario_has_nothing_to_compare_with(void **state) {
    (void)state;
    struct look *look = look_new(FIXTURE_LOAD);
    expect_shown(look, "delta", true);
    look->state.load.comparison.then_wall_ms = 0;
    expect_shown(look, "no run of this scenario before", true);
    expect_shown(look, "delta", false);
    look_free(look);
}

/* One request beside hundreds is still a cell. */
static void a_single_request_is_seen_in_the_heat(void **state) {
    (void)state;
    struct model *model = model_new();
    struct look *look = look_new(FIXTURE_LOAD);
    uint64_t now_s = look->scene.view_ns / NS_PER_S;
    for (uint64_t s = now_s - 10; s <= now_s; s++) {
        struct event event;
        event_begin(&event, EVENT_LOAD_HEAT);
        event.at_ns = s * NS_PER_S;
        event.load_heat.counts[heat_bucket(20)] = 60000;
        if (s == now_s - 5) event.load_heat.counts[heat_bucket(9000)] = 1;
        model_apply(model, &event);
    }
    look->scene.model = model;
    struct canvas canvas = golden_canvas(WIDTH, HEIGHT, false);
    canvas_clear(&canvas);
    struct rect rect = {0, 0, 84, 13};
    load_panels_draw(&canvas, rect, &look->scene, PANEL_LOAD_HEAT);
    unsigned full = 0;
    unsigned light = 0;
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++) {
        if (canvas.cells[i].rune == 0x2588) full++;
        if (canvas.cells[i].rune == 0x2591) light++;
    }
    assert_true(full > 0);
    assert_int_equal(light, 1);
    golden_canvas_free(&canvas);
    look_free(look);
    model_free(model);
}

/* Whatever came over a pipe, a screen is drawn. */
static void odd_figures_can_be_drawn(void **state) {
    (void)state;
    static const float odd[] = {-1, 0, 1e-30F, 3e38F, NAN};
    struct look *look = look_new(FIXTURE_LOAD);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct load_status *load = &look->state.load;
        for (size_t n = 0; n < LOAD_LATENCY_COUNT; n++) {
            load->latencies.response_ms[n] = odd[(i + n) % 5];
            load->latencies.service_ms[n] = odd[(i + 2 * n) % 5];
        }
        load->rates =
            (struct load_rates){odd[i], odd[(i + 1) % 5], odd[i], odd[i], odd[i]};
        load->generator.cpu_cores = load->generator.lag_p99_ms = odd[i];
        load->generator.memory_bytes = load->generator.in_bytes_per_s = odd[i];
        load->comparison.now.rps = load->comparison.then.p95_ms = odd[i];
        load->gates[0].limit_ms = odd[(i + 3) % 5];
        load->requests = i % 2 ? UINT64_MAX : 0;
        load->failures = UINT64_MAX;
        load->elapsed_ms = load->total_ms = UINT32_MAX;
        load->answers[0].count = UINT64_MAX;
        struct canvas canvas = draw_body(look);
        golden_expect_sound(&canvas);
        golden_canvas_free(&canvas);
    }
    look_free(look);
}

/* Cells under the panels; fails when two of them share one. */
static int cells_of(const struct rect panels[PANEL_COUNT]) {
    int cells = 0;
    for (unsigned a = 0; a < PANEL_COUNT; a++) {
        cells += panels[a].width * panels[a].height;
        for (unsigned b = 0; b < a; b++) {
            struct rect both = rect_intersect(panels[a], panels[b]);
            assert_int_equal(both.width * both.height, 0);
        }
    }
    return cells;
}

static void the_panels_cover_the_body_and_never_each_other(void **state) {
    (void)state;
    struct look *look = look_new(FIXTURE_LOAD);
    for (int width = 80; width <= 240; width += 7) {
        for (int height = 21; height <= 77; height += 5) {
            struct rect panels[PANEL_COUNT];
            struct rect body = {0, 2, width, height};
            load_view_place(body, &look->scene, panels);
            assert_int_equal(cells_of(panels), width * height);
        }
    }
    look_free(look);
}

static void tab_goes_through_the_panels_that_are_seen(void **state) {
    (void)state;
    struct look *look = look_new(FIXTURE_LOAD);
    struct ui *ui = &look->stage->ui;
    assert_int_equal(ui_focus(ui), PANEL_LOAD_HEAT);
    ui_stage_press(look->stage, "Tab Tab Tab Tab Tab");
    assert_int_equal(ui_focus(ui), PANEL_LOAD_COMPARISON);
    ui_stage_press(look->stage, "Tab");
    assert_int_equal(ui_focus(ui), PANEL_LOAD_RATE);
    ui_on_resize(ui, 80, 24); /* no room for the comparison there */
    ui_stage_press(look->stage, "Shift-Tab");
    assert_int_equal(ui_focus(ui), PANEL_LOAD_GENERATOR);
    ui_stage_press(look->stage, "z");
    assert_true(ui->load_zoomed);
    assert_false(ui->zoomed);
    ui_stage_press(look->stage, "Esc");
    assert_false(ui->load_zoomed);
    assert_int_equal(ui->screen, UI_LOAD);
    ui_stage_press(look->stage, "Esc");
    assert_int_equal(ui->screen, UI_OVERVIEW);
    look_free(look);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_data_is_never_green),
        cmocka_unit_test(a_run_that_falls_silent_shows_its_age),
        cmocka_unit_test(a_gate_that_fails_is_seen_where_its_figure_stands),
        cmocka_unit_test(omission_is_named_only_when_it_hid_something),
        cmocka_unit_test(first_bytes_stand_where_streams_are),
        cmocka_unit_test(a_limited_generator_says_by_what),
        cmocka_unit_test(the_first_run_of_a_scenario_has_nothing_to_compare_with),
        cmocka_unit_test(a_single_request_is_seen_in_the_heat),
        cmocka_unit_test(odd_figures_can_be_drawn),
        cmocka_unit_test(the_panels_cover_the_body_and_never_each_other),
        cmocka_unit_test(tab_goes_through_the_panels_that_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
