/* SPDX-License-Identifier: MIT */
#include "ui/ui_start.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "support/fixture_canary.h"
#include "support/fixture_draft.h"
#include "support/fixture_model.h"

struct stage {
    struct model *model;
    struct rollout_draft draft;
    struct rollout_means means;
    struct ui ui;
    struct ui_world world;
};

static struct stage *stage_new(enum fixture fixture) {
    struct stage *stage = memory_new(sizeof *stage);
    stage->model = fixture_model(fixture);
    stage->model->state.rollout = (struct rollout_status){0};
    text_copy(stage->model->state.version[TRACK_STABLE], STATE_VERSION_SIZE, "v1.5.0");
    text_copy(stage->model->state.version[TRACK_CANARY], STATE_VERSION_SIZE, "v1.6.0");
    stage->model->state.instances[TRACK_CANARY] = 1;
    stage->draft = fixture_draft();
    stage->means = (struct rollout_means){
        .who = "mreyes",
        .host = "ops1",
        .to = "/run/rollout.sock",
        .draft = &stage->draft};
    ui_init(&stage->ui, 120, 40);
    stage->world = (struct ui_world){
        .model = stage->model, .rollout = &stage->means, .now_ns = fixture_now_ns()};
    return stage;
}

static void stage_free(struct stage *stage) {
    model_free(stage->model);
    free(stage);
}

/* The last thing that was asked for, and how often anything was. */
static struct ui_request press(struct stage *stage, const char *chords, int *count) {
    struct ui_request last = ui_no_request();
    struct scan scan = scan_of(slice_of(chords));
    struct slice chord;
    *count = 0;
    while (scan_word(&scan, &chord)) {
        struct scan keys = scan_of(chord);
        while (!scan_done(&keys)) {
            struct key key;
            assert_true(key_parse(&keys, &key));
            struct ui_request request = ui_on_key(&stage->ui, &stage->world, &key);
            if (request.command == COMMAND_COUNT) continue;
            last = request;
            (*count)++;
        }
    }
    return last;
}

static void expect_start(struct stage *stage, const char *keys, const char *version) {
    int count = 0;
    struct ui_request request = press(stage, keys, &count);
    assert_int_equal(count, 1);
    assert_int_equal(request.command, COMMAND_START);
    assert_string_equal(request.argument, version);
    assert_int_equal(stage->ui.screen, UI_CANARY);
}

static void expect_nothing(struct stage *stage, const char *keys) {
    int count = 0;
    press(stage, keys, &count);
    assert_int_equal(count, 0);
}

static void expect_refused(struct stage *stage, const char *keys, const char *why) {
    expect_nothing(stage, keys);
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    assert_string_equal(stage->ui.notice, why);
}

static void what_the_canary_says_is_started_with_y(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD);
    expect_start(stage, "P y", "v1.6.0");
    stage_free(stage);
}

static void two_presses_of_y_start_once(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD);
    press(stage, "go", &(int){0});
    expect_nothing(stage, "P Enter");
    int count = 0;
    struct ui_request request = press(stage, "y", &count);
    assert_int_equal(request.command, COMMAND_START);
    stage->draft.starting = true;
    press(stage, "y", &count); /* copies, and nothing else */
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    expect_refused(stage, "P", "no start: one is being started");
    stage_free(stage);
}

static void production_takes_its_name(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_ARMED);
    expect_nothing(stage, "P y Enter");
    expect_nothing(stage, "Esc P");
    expect_start(stage, "a g e n t - p r o d Enter", "v1.6.0");
    stage_free(stage);
}

static void the_version_can_be_changed(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD);
    expect_start(stage, "P Tab - r c 2 Enter y", "v1.6.0-rc2");
    expect_start(stage, "P Tab - r c 2 Esc y", "v1.6.0"); /* left as it was */
    expect_nothing(stage, "P Tab ' Enter y");             /* no version: still typed */
    assert_true(stage->ui.dialog.edits);
    stage_free(stage);
}

static void an_unknown_version_is_typed(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD);
    stage->model->state.version[TRACK_CANARY][0] = '\0';
    expect_nothing(stage, "P Enter");
    expect_start(stage, "v 2 Enter y", "v2");
    expect_nothing(stage, "P Esc");
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    stage_free(stage);
}

static void the_palette_takes_a_version(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD);
    expect_nothing(stage, ": s t a r t Space v 7 Enter Enter");
    expect_start(stage, "y", "v7");
    expect_refused(
        stage, ": s t a r t Space v 1 . 5 . 0 Enter",
        "no start: stable is v1.5.0 already");
    expect_refused(
        stage, ": p r o m o t e Enter",
        "no promote: none is under way: P begins one, or :start VERSION");
    stage_free(stage);
}

static void disarmed_nothing_is_asked(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_HEALTHY);
    expect_refused(stage, "P", "no start: it acts: arm first, with A");
    stage->model->state.read_only = true;
    expect_refused(stage, "P", "watching: nothing here can act");
    stage_free(stage);
}

static void what_stands_against_it_is_said(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD);
    text_copy(stage->draft.blocked, sizeof stage->draft.blocked, "no router");
    expect_refused(stage, "P", "no start: no router");
    stage->draft.blocked[0] = '\0';
    stage->model->state.instances[TRACK_CANARY] = 0;
    expect_refused(stage, "P", "no start: no canary instance is configured");
    stage->draft.external = false; /* it brings them there itself */
    expect_start(stage, "P y", "v1.6.0");
    stage->means.draft = NULL;
    expect_refused(stage, "P", "no start: none can be started from here");
    stage_free(stage);
}

static void the_version_of_stable_starts_nothing(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD);
    text_copy(stage->model->state.version[TRACK_CANARY], STATE_VERSION_SIZE, "v1.5.0");
    expect_nothing(stage, "P");
    assert_int_equal(stage->ui.over, UI_DIALOG);
    expect_refused(stage, "y", "no start: stable is v1.5.0 already");
    stage_free(stage);
}

static void a_controller_that_is_gone_is_taken_over_first(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD);
    stage->model->state.rollout = fixture_rollout(ROLLOUT_ORPHANED, fixture_now_ns());
    expect_refused(
        stage, "P",
        "no start: the controller of the last one is gone: flightdeck canary takeover");
    stage_free(stage);
}

/* Whoever was faster has it. */
static void what_somebody_starts_meanwhile_is_not_started_again(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD);
    expect_nothing(stage, "P");
    stage->model->state.rollout = fixture_rollout(ROLLOUT_AT_STEP, fixture_now_ns());
    text_copy(stage->model->state.rollout.holder, STATE_NAME_SIZE, "sgreen");
    expect_nothing(stage, "y");
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    assert_non_null(strstr(stage->ui.notice, "no start: one is under way, of sgreen@"));
    stage_free(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_canary_says_is_started_with_y),
        cmocka_unit_test(two_presses_of_y_start_once),
        cmocka_unit_test(production_takes_its_name),
        cmocka_unit_test(the_version_can_be_changed),
        cmocka_unit_test(an_unknown_version_is_typed),
        cmocka_unit_test(the_palette_takes_a_version),
        cmocka_unit_test(disarmed_nothing_is_asked),
        cmocka_unit_test(what_stands_against_it_is_said),
        cmocka_unit_test(the_version_of_stable_starts_nothing),
        cmocka_unit_test(a_controller_that_is_gone_is_taken_over_first),
        cmocka_unit_test(what_somebody_starts_meanwhile_is_not_started_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
