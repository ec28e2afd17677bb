/* SPDX-License-Identifier: MIT */
#include "ui/ui_load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "support/fixture_model.h"

static const struct load_choice choices[] = {
    {"baseline", {.to = "somebody", .back = "nothing"}},
    {"spike", {.to = "somebody", .back = "nothing"}},
    {"stress", {.to = "somebody", .back = "nothing", .blocked = "too much"}},
};

struct stage {
    struct model *model;
    struct load_menu menu;
    struct ui ui;
    struct ui_world world;
};

static struct stage *stage_new(enum fixture fixture) {
    struct stage *stage = memory_new(sizeof *stage);
    stage->model = fixture_model(fixture);
    stage->menu = (struct load_menu){.count = 3, .choices = choices};
    ui_init(&stage->ui, 120, 40);
    stage->world = (struct ui_world){
        .model = stage->model, .load = &stage->menu, .now_ns = fixture_now_ns()};
    return stage;
}

static void stage_free(struct stage *stage) {
    model_free(stage->model);
    free(stage);
}

/* The last thing that was asked for. */
static struct ui_request press(struct stage *stage, const char *chords) {
    struct ui_request last = {.command = COMMAND_COUNT};
    struct scan scan = scan_of(slice_of(chords));
    struct slice chord;
    while (scan_word(&scan, &chord)) {
        struct scan keys = scan_of(chord);
        while (!scan_done(&keys)) {
            struct key key;
            assert_true(key_parse(&keys, &key));
            struct ui_request request = ui_on_key(&stage->ui, &stage->world, &key);
            if (request.command != COMMAND_COUNT) last = request;
        }
    }
    return last;
}

/* What a key means without the question that was expected is to look. */
static void expect_nothing(struct ui_request request) {
    if (request.command == COMMAND_COUNT) return;
    assert_int_equal(command_danger(request.command), COMMAND_LOOKS);
}

static void expect(struct ui_request request, enum command command, const char *words) {
    assert_int_equal(request.command, command);
    assert_string_equal(request.argument, words);
}

static void a_load_run_needs_arming(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_HEALTHY);
    expect_nothing(press(stage, "L"));
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    assert_string_equal(stage->ui.notice, "load acts: arm first, with A");
    stage_free(stage);
}

static void tab_chooses_what_y_starts(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD);
    stage->ui.frozen = true;
    expect(press(stage, "L y"), COMMAND_LOAD, "baseline");
    assert_int_equal(stage->ui.screen, UI_LOAD);
    assert_false(stage->ui.frozen);
    expect(press(stage, "L Tab y"), COMMAND_LOAD, "spike");
    expect(press(stage, "L Tab Tab Tab y"), COMMAND_LOAD, "baseline");
    expect(press(stage, "L Tab Shift-Tab y"), COMMAND_LOAD, "baseline");
    expect_nothing(press(stage, "L Enter"));
    expect_nothing(press(stage, "Esc L n"));
    stage_free(stage);
}

static void production_takes_its_name_for_the_one_that_is_shown(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_ARMED);
    expect_nothing(press(stage, "L y Enter"));
    expect_nothing(press(stage, "Esc L a g e n t - p r o Tab d Enter"));
    expect(press(stage, "Esc L Tab a g e n t - p r o d Enter"), COMMAND_LOAD, "spike");
    stage_free(stage);
}

static void what_is_blocked_is_never_asked_for(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD);
    expect_nothing(press(stage, "L Tab Tab y"));
    assert_string_equal(stage->ui.notice, "too much");
    stage->menu.blocked = "a load run goes on";
    expect_nothing(press(stage, "L"));
    assert_string_equal(stage->ui.notice, "a load run goes on");
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    stage->menu.blocked = NULL;
    expect_nothing(press(stage, "L"));
    stage->menu.blocked = "a load run goes on"; /* meanwhile */
    expect_nothing(press(stage, "y"));
    stage->world.load = NULL;
    expect_nothing(press(stage, "L"));
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    stage_free(stage);
}

static void a_scenario_that_is_gone_is_not_started(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD);
    expect_nothing(press(stage, "L Tab"));
    stage->menu.count = 1;
    expect_nothing(press(stage, "y"));
    stage->menu.count = 0;
    expect_nothing(press(stage, "L"));
    stage_free(stage);
}

static void plus_and_minus_ask_for_a_tenth(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD);
    expect_nothing(press(stage, "+"));
    assert_int_equal(stage->ui.over, UI_DIALOG);
    expect(press(stage, "y"), COMMAND_LOAD_MORE, "1100");
    expect(press(stage, "- y"), COMMAND_LOAD_LESS, "900");
    expect_nothing(press(stage, "+ Esc"));
    struct load_status *load = &stage->model->state.load;
    load->users_wanted = 1;
    expect(press(stage, "+ y"), COMMAND_LOAD_MORE, "2");
    expect_nothing(press(stage, "- y"));
    load->users_wanted = 0; /* it is the rate that is wanted */
    load->rates.wanted_per_s = 200;
    expect(press(stage, "+ y"), COMMAND_LOAD_MORE, "220");
    expect(press(stage, "- y"), COMMAND_LOAD_LESS, "180");
    stage_free(stage);
}

static void less_needs_no_arming_and_more_does(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD);
    stage->model->state.armed = false;
    expect_nothing(press(stage, "+ y"));
    expect(press(stage, "- y"), COMMAND_LOAD_LESS, "900");
    expect(press(stage, "X y"), COMMAND_STOP, "runs");
    stage_free(stage);
}

static void more_on_production_takes_its_name(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD);
    stage->model->state.target_class = TARGET_PRODUCTION;
    expect_nothing(press(stage, "+ y Enter Esc"));
    expect(
        press(stage, "+ a g e n t - s t a g i n g Enter"), COMMAND_LOAD_MORE, "1100");
    expect(press(stage, "- y"), COMMAND_LOAD_LESS, "900");
    stage_free(stage);
}

static void without_a_run_there_is_nothing_to_change(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_ARMED);
    expect_nothing(press(stage, "+ Esc - Esc"));
    stage_free(stage);
    stage = stage_new(FIXTURE_LOAD);
    expect_nothing(press(stage, "+"));
    stage->model->state.load.phase = LOAD_ENDED; /* meanwhile */
    expect_nothing(press(stage, "y"));
    expect_nothing(press(stage, "- y"));
    stage_free(stage);
}

static void a_watcher_and_pasted_text_change_nothing(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD);
    static const char keys[] = "Ly+y-yXy";
    for (size_t i = 0; keys[i]; i++) {
        struct key key = {
            .cap = KEYCAP_RUNE, .rune = (uint32_t)keys[i], .pasted = true};
        expect_nothing(ui_on_key(&stage->ui, &stage->world, &key));
    }
    press(stage, "L");
    struct key tab = {.cap = KEYCAP_TAB, .pasted = true};
    ui_on_key(&stage->ui, &stage->world, &tab);
    assert_string_equal(stage->ui.dialog.choice, "baseline");
    press(stage, "Esc");
    stage->model->state.read_only = true;
    expect_nothing(press(stage, "L Esc + Esc - Esc X Esc"));
    stage_free(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_load_run_needs_arming),
        cmocka_unit_test(tab_chooses_what_y_starts),
        cmocka_unit_test(production_takes_its_name_for_the_one_that_is_shown),
        cmocka_unit_test(what_is_blocked_is_never_asked_for),
        cmocka_unit_test(a_scenario_that_is_gone_is_not_started),
        cmocka_unit_test(plus_and_minus_ask_for_a_tenth),
        cmocka_unit_test(less_needs_no_arming_and_more_does),
        cmocka_unit_test(more_on_production_takes_its_name),
        cmocka_unit_test(without_a_run_there_is_nothing_to_change),
        cmocka_unit_test(a_watcher_and_pasted_text_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
