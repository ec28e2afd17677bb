/* SPDX-License-Identifier: MIT */
#include "ui/ui_canary.h"

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
#include "support/fixture_model.h"

static const struct rollout_means means = {
    .who = "mreyes", .host = "ops1", .to = "/run/rollout.sock"};

struct stage {
    struct model *model;
    struct ui ui;
    struct ui_world world;
};

static struct stage *stage_new(enum fixture fixture, enum fixture_rollout kind) {
    struct stage *stage = memory_new(sizeof *stage);
    stage->model = fixture_model(fixture);
    stage->model->state.rollout = fixture_rollout(kind, fixture_now_ns());
    ui_init(&stage->ui, 120, 40);
    stage->world = (struct ui_world){
        .model = stage->model, .rollout = &means, .now_ns = fixture_now_ns()};
    return stage;
}

static void stage_free(struct stage *stage) {
    model_free(stage->model);
    free(stage);
}

static struct rollout_status *rollout_of(struct stage *stage) {
    return &stage->model->state.rollout;
}

/* So that nothing stands against the next step. */
static void make_safe(struct stage *stage) {
    rollout_of(stage)->bound = 0.01F;
    rollout_of(stage)->in_step_ms = rollout_of(stage)->hold_each_ms;
}

static struct ui_request press_key(struct stage *stage, const char *chord) {
    struct scan keys = scan_of(slice_of(chord));
    struct ui_request last = ui_no_request();
    while (!scan_done(&keys)) {
        struct key key;
        assert_true(key_parse(&keys, &key));
        struct ui_request request = ui_on_key(&stage->ui, &stage->world, &key);
        if (request.command != COMMAND_COUNT) last = request;
    }
    return last;
}

/* The last thing that was asked for. */
static struct ui_request press(struct stage *stage, const char *chords) {
    struct ui_request last = ui_no_request();
    struct scan scan = scan_of(slice_of(chords));
    struct slice chord;
    while (scan_word(&scan, &chord)) {
        char keys[64];
        struct text text = TEXT_IN(keys);
        text_add_slice(&text, chord);
        struct ui_request request = press_key(stage, keys);
        if (request.command != COMMAND_COUNT) last = request;
    }
    return last;
}

static void type(struct stage *stage, const char *words) {
    for (; *words; words++) {
        struct key key = {.cap = KEYCAP_RUNE, .rune = (uint32_t)(unsigned char)*words};
        ui_on_key(&stage->ui, &stage->world, &key);
    }
}

static struct ui_request enter(struct stage *stage, const char *words) {
    type(stage, words);
    return press(stage, "Enter");
}

static void expect_order(
    struct ui_request request, enum command command, enum rollout_order_kind kind) {
    assert_int_equal(request.command, command);
    assert_int_equal(request.rollout.kind, kind);
}

static void expect_nothing(struct ui_request request) {
    assert_int_equal(request.command, COMMAND_COUNT);
}

static void hold_happens_at_once_and_needs_no_arming(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_HEALTHY, ROLLOUT_AT_STEP);
    rollout_of(stage)->holder[0] = 'x'; /* whoever's it is */
    struct ui_request request = press(stage, "H");
    expect_order(request, COMMAND_HOLD, ROLLOUT_ORDER_HOLD);
    assert_int_equal(request.rollout.version, 0);
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    stage_free(stage);
}

static void hold_that_means_nothing_says_why(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_HEALTHY, ROLLOUT_SPLIT);
    expect_nothing(press(stage, "H"));
    assert_string_equal(stage->ui.notice, "no hold: it is held already");
    *rollout_of(stage) = (struct rollout_status){0};
    expect_nothing(press(stage, "H"));
    assert_string_equal(stage->ui.notice, "no hold: no rollout is under way");
    stage_free(stage);
}

static void promotion_needs_arming(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_HEALTHY, ROLLOUT_AT_STEP);
    make_safe(stage);
    expect_nothing(press(stage, "P"));
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    assert_string_equal(stage->ui.notice, "no promote: it acts: arm first, with A");
    stage_free(stage);
}

static void promotion_takes_the_name_on_production(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_ARMED, ROLLOUT_AT_STEP);
    make_safe(stage);
    expect_nothing(press(stage, "P y Enter"));
    press(stage, "Esc P");
    struct ui_request request = enter(stage, "agent-prod");
    expect_order(request, COMMAND_PROMOTE, ROLLOUT_ORDER_PROMOTE);
    assert_int_equal(request.rollout.version, 12);
    assert_false(request.rollout.force);
    stage_free(stage);
}

static void promotion_on_staging_takes_y(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD, ROLLOUT_AT_STEP);
    make_safe(stage);
    expect_order(press(stage, "P y"), COMMAND_PROMOTE, ROLLOUT_ORDER_PROMOTE);
    expect_nothing(press(stage, "P Enter"));
    expect_nothing(press(stage, "Esc"));
    stage_free(stage);
}

static void what_the_evidence_forbids_is_blocked_with_its_reason(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_ARMED, ROLLOUT_AT_STEP);
    expect_nothing(press(stage, "P"));
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    assert_string_equal(
        stage->ui.notice, "no promote: bound +3.4pp > +2.0pp   "
                          ":promote --force WHY goes against it");
    stage_free(stage);
}

static void force_takes_a_reason_and_the_name(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD, ROLLOUT_AT_STEP);
    press(stage, ":");
    expect_nothing(enter(stage, "promote --force"));
    assert_string_equal(stage->ui.notice, "no promote: say why: :promote --force WHY");
    press(stage, ":");
    expect_nothing(enter(stage, "promote --force known noise"));
    assert_int_equal(stage->ui.over, UI_DIALOG);
    expect_nothing(press(stage, "y Enter"));
    for (int i = 0; i < 2; i++) press(stage, "Backspace");
    struct ui_request request = enter(stage, "agent-staging");
    expect_order(request, COMMAND_PROMOTE, ROLLOUT_ORDER_PROMOTE);
    assert_true(request.rollout.force);
    assert_string_equal(request.rollout.reason, "known noise");
    stage_free(stage);
}

static void the_palette_never_acts_without_an_answer(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_HEALTHY, ROLLOUT_AT_STEP);
    press(stage, ":");
    expect_nothing(enter(stage, "hold the build looks slow"));
    assert_int_equal(stage->ui.over, UI_DIALOG);
    expect_nothing(press(stage, "Enter"));
    struct ui_request request = press(stage, "y");
    expect_order(request, COMMAND_HOLD, ROLLOUT_ORDER_HOLD);
    assert_string_equal(request.rollout.reason, "the build looks slow");
    press(stage, ":");
    expect_nothing(enter(stage, "abort customers call"));
    request = press(stage, "y");
    expect_order(request, COMMAND_ABORT, ROLLOUT_ORDER_ABORT);
    assert_string_equal(request.rollout.reason, "customers call");
    stage_free(stage);
}

static void a_pasted_answer_is_no_answer(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD, ROLLOUT_AT_STEP);
    make_safe(stage);
    press(stage, "P");
    struct key key = {.cap = KEYCAP_RUNE, .rune = 'y', .pasted = true};
    expect_nothing(ui_on_key(&stage->ui, &stage->world, &key));
    assert_int_equal(stage->ui.over, UI_DIALOG);
    stage_free(stage);
}

static void what_has_moved_on_meanwhile_is_looked_at_again(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD, ROLLOUT_AT_STEP);
    make_safe(stage);
    press(stage, "P");
    rollout_of(stage)->version++;
    expect_nothing(press(stage, "y"));
    assert_string_equal(stage->ui.notice, "it has moved on since: look again");
    press(stage, "P");
    rollout_of(stage)->phase = ROLLOUT_ROLLING_BACK;
    expect_nothing(press(stage, "y"));
    assert_string_equal(stage->ui.notice, "nothing to promote now");
    stage_free(stage);
}

static void resume_is_for_what_is_held(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD, ROLLOUT_AT_STEP);
    expect_nothing(press(stage, "G"));
    assert_string_equal(stage->ui.notice, "no resume: it is not held");
    *rollout_of(stage) = fixture_rollout(ROLLOUT_DRIFTED, fixture_now_ns());
    expect_order(press(stage, "G y"), COMMAND_RESUME, ROLLOUT_ORDER_RESUME);
    stage_free(stage);
}

static void somebody_elses_is_taken_over_by_the_name(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD, ROLLOUT_BLIND);
    text_copy(rollout_of(stage)->holder, STATE_NAME_SIZE, "sgreen");
    expect_nothing(press(stage, "G y"));
    assert_int_equal(stage->ui.dialog.rollout.kind, ROLLOUT_ORDER_TAKEOVER);
    press(stage, "Esc G");
    struct ui_request request = enter(stage, "agent-staging");
    expect_order(request, COMMAND_PROMOTE, ROLLOUT_ORDER_TAKEOVER);
    stage_free(stage);
}

static void x_aborts_also_when_blind_and_disarmed(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_HEALTHY, ROLLOUT_BLIND);
    text_copy(rollout_of(stage)->holder, STATE_NAME_SIZE, "sgreen");
    struct ui_request request = press(stage, "X y");
    expect_order(request, COMMAND_STOP, ROLLOUT_ORDER_ABORT);
    assert_string_equal(request.argument, UI_STOPS_ROLLOUT);
    assert_int_equal(request.rollout.version, 0);
    stage_free(stage);
}

static void x_undoes_what_is_done(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_HEALTHY, ROLLOUT_PROMOTED);
    expect_order(press(stage, "X y"), COMMAND_STOP, ROLLOUT_ORDER_UNDO);
    expect_order(press(stage, "U y"), COMMAND_UNDO, ROLLOUT_ORDER_UNDO);
    stage_free(stage);
}

static void expect_stop(struct stage *stage, const char *keys, const char *what) {
    struct ui_request request = press(stage, keys);
    assert_int_equal(request.command, COMMAND_STOP);
    assert_string_equal(request.argument, what);
}

/* A load run and a rollout at once: where X is pressed says what is meant. */
static void x_stops_what_is_looked_at(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD, ROLLOUT_AT_STEP);
    expect_stop(stage, "go X y", UI_STOPS_ALL);
    expect_stop(stage, "gl X y", UI_STOPS_RUNS);
    expect_stop(stage, "gc X y", UI_STOPS_ROLLOUT);
    expect_stop(stage, "gc X Tab y", UI_STOPS_ALL);
    expect_stop(stage, "gc X Tab Tab y", UI_STOPS_RUNS);
    expect_nothing(press(stage, "X n"));
    stage_free(stage);
}

static void a_promotion_is_not_undone_with_a_load_run(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD, ROLLOUT_PROMOTED);
    expect_stop(stage, "go X y", UI_STOPS_RUNS);
    expect_stop(stage, "gc X y", UI_STOPS_ROLLOUT);
    stage_free(stage);
}

static void without_a_rollout_x_is_what_it_was(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_LOAD, ROLLOUT_TURNED_BACK);
    expect_stop(stage, "X y", UI_STOPS_RUNS);
    expect_stop(stage, "X Tab y", UI_STOPS_RUNS);
    stage_free(stage);
    stage = stage_new(FIXTURE_HEALTHY, ROLLOUT_TURNED_BACK);
    expect_nothing(press(stage, "X"));
    assert_string_equal(stage->ui.notice, "nothing runs");
    stage_free(stage);
}

static void a_watcher_gives_no_orders(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_HEALTHY, ROLLOUT_AT_STEP);
    stage->model->state.read_only = true;
    static const char *const keys[] = {"H", "P", "G", "U", "X"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        expect_nothing(press(stage, keys[i]));
        assert_string_equal(stage->ui.notice, "watching: nothing here can act");
    }
    press(stage, ":");
    expect_nothing(enter(stage, "abort now"));
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    stage_free(stage);
}

static void smoke_means_the_canary_where_that_is_looked_at(void **state) {
    (void)state;
    const struct action_plan canary = {.to = "http://127.0.0.1:8101"};
    const struct action_plan target = {.to = "somebody"};
    struct stage *stage = stage_new(FIXTURE_ARMED, ROLLOUT_AT_STEP);
    stage->world.smoke = &target;
    stage->world.smoke_canary = &canary;
    assert_string_equal(press(stage, "go S y").argument, "");
    struct ui_request request = press(stage, "gc S y");
    assert_int_equal(request.command, COMMAND_SMOKE);
    assert_string_equal(request.argument, UI_SMOKES_CANARY);
    assert_int_equal(stage->ui.screen, UI_CHECKS);
    const struct action_plan blocked = {.blocked = "a smoke test runs"};
    stage->world.smoke_canary = &blocked;
    expect_nothing(press(stage, "gc S"));
    assert_string_equal(stage->ui.notice, "a smoke test runs");
    stage->world.smoke_canary = NULL; /* none of its instances is known */
    assert_string_equal(press(stage, "gc S y").argument, "");
    stage_free(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hold_happens_at_once_and_needs_no_arming),
        cmocka_unit_test(hold_that_means_nothing_says_why),
        cmocka_unit_test(promotion_needs_arming),
        cmocka_unit_test(promotion_takes_the_name_on_production),
        cmocka_unit_test(promotion_on_staging_takes_y),
        cmocka_unit_test(what_the_evidence_forbids_is_blocked_with_its_reason),
        cmocka_unit_test(force_takes_a_reason_and_the_name),
        cmocka_unit_test(the_palette_never_acts_without_an_answer),
        cmocka_unit_test(a_pasted_answer_is_no_answer),
        cmocka_unit_test(what_has_moved_on_meanwhile_is_looked_at_again),
        cmocka_unit_test(resume_is_for_what_is_held),
        cmocka_unit_test(somebody_elses_is_taken_over_by_the_name),
        cmocka_unit_test(x_aborts_also_when_blind_and_disarmed),
        cmocka_unit_test(x_undoes_what_is_done),
        cmocka_unit_test(x_stops_what_is_looked_at),
        cmocka_unit_test(a_promotion_is_not_undone_with_a_load_run),
        cmocka_unit_test(without_a_rollout_x_is_what_it_was),
        cmocka_unit_test(a_watcher_gives_no_orders),
        cmocka_unit_test(smoke_means_the_canary_where_that_is_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
