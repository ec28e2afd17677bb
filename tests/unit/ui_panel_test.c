/* SPDX-License-Identifier: MIT */
#include "ui/ui_panel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/ui_stage.h"

static void expect_focus(
    const char *keys, int width, int height, const enum panel *panels) {
    struct ui_stage *stage = ui_stage_new(FIXTURE_ARMED, width, height);
    ui_stage_press(stage, keys);
    for (; *panels != PANEL_COUNT; panels++) {
        ui_stage_press(stage, "Tab");
        assert_int_equal(ui_focus(&stage->ui), *panels);
    }
    ui_stage_free(stage);
}

static void tab_goes_to_what_is_to_be_seen(void **state) {
    (void)state;
    expect_focus(
        "gc", 120, 40,
        (const enum panel[]){
            PANEL_CANARY_WHY, PANEL_CANARY_ACTIONS, PANEL_CANARY_STABLE_HEAT,
            PANEL_CANARY_HEAT, PANEL_EVENTS, PANEL_CANARY_LATENCY, PANEL_CANARY_STEPS,
            PANEL_CANARY_EVIDENCE, PANEL_COUNT});
    expect_focus(
        "gc", 80, 24,
        (const enum panel[]){
            PANEL_CANARY_WHY, PANEL_CANARY_ACTIONS, PANEL_CANARY_STEPS,
            PANEL_CANARY_EVIDENCE, PANEL_COUNT});
}

static void a_zoomed_panel_is_followed_by_all_the_others(void **state) {
    (void)state;
    expect_focus(
        "gc z", 80, 24,
        (const enum panel[]){
            PANEL_CANARY_WHY, PANEL_CANARY_ACTIONS, PANEL_CANARY_STABLE_HEAT,
            PANEL_CANARY_HEAT, PANEL_EVENTS, PANEL_CANARY_LATENCY, PANEL_CANARY_STEPS,
            PANEL_COUNT});
}

static void each_screen_keeps_its_panel_and_its_zoom(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_ARMED, 120, 40);
    ui_stage_press(stage, "gc Tab z");
    assert_true(ui_panel_is_zoomed(&stage->ui));
    ui_stage_press(stage, "gl");
    assert_int_equal(ui_focus(&stage->ui), PANEL_LOAD_HEAT);
    assert_false(ui_panel_is_zoomed(&stage->ui));
    ui_stage_press(stage, "go");
    assert_false(ui_panel_is_zoomed(&stage->ui));
    ui_stage_press(stage, "gc");
    assert_int_equal(ui_focus(&stage->ui), PANEL_CANARY_WHY);
    assert_true(ui_panel_is_zoomed(&stage->ui));
    ui_stage_press(stage, "Esc");
    assert_false(ui_panel_is_zoomed(&stage->ui));
    assert_int_equal(stage->ui.screen, UI_CANARY);
    ui_stage_press(stage, "Esc");
    assert_int_equal(stage->ui.screen, UI_OVERVIEW);
    ui_stage_free(stage);
}

static void a_screen_without_panels_has_none_to_step_to(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_ARMED, 120, 40);
    ui_stage_press(stage, "gs Tab z");
    assert_int_equal(ui_focus(&stage->ui), PANEL_CHECKS);
    assert_false(ui_panel_is_zoomed(&stage->ui));
    ui_stage_free(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tab_goes_to_what_is_to_be_seen),
        cmocka_unit_test(a_zoomed_panel_is_followed_by_all_the_others),
        cmocka_unit_test(each_screen_keeps_its_panel_and_its_zoom),
        cmocka_unit_test(a_screen_without_panels_has_none_to_step_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
