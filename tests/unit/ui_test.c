/* SPDX-License-Identifier: MIT */
#include "ui/ui.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/units.h"
#include "support/fixture_model.h"

static const struct action_plan plan = {.to = "somebody", .back = "nothing"};

struct stage {
    struct model *model;
    struct ui ui;
    struct ui_world world;
};

static struct stage *stage_new(enum fixture fixture) {
    struct stage *stage = memory_new(sizeof *stage);
    stage->model = fixture_model(fixture);
    ui_init(&stage->ui, 120, 40);
    stage->world = (struct ui_world){
        .model = stage->model, .smoke = &plan, .now_ns = fixture_now_ns()};
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

static void expect_nothing(struct ui_request request) {
    assert_int_equal(request.command, COMMAND_COUNT);
}

/* What a key means without the question that was expected is to look. */
static void expect_no_act(struct ui_request request) {
    if (request.command == COMMAND_COUNT) return;
    assert_int_equal(command_danger(request.command), COMMAND_LOOKS);
}

static void q_leaves_at_once_unless_something_runs(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_HEALTHY);
    assert_int_equal(press(stage, "q").command, COMMAND_QUIT);
    assert_int_equal(press(stage, "Ctrl-C").command, COMMAND_QUIT);
    stage_free(stage);
    stage = stage_new(FIXTURE_ARMED);
    expect_nothing(press(stage, "q"));
    assert_int_equal(press(stage, "y").command, COMMAND_QUIT);
    stage_free(stage);
}

static void arming_production_takes_its_name(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_BARE_URL);
    expect_nothing(press(stage, "A y Enter"));
    expect_nothing(press(stage, "Esc A a g e n t Enter"));
    struct ui_request request = press(stage, ". e x a m p l e . c o m Enter");
    assert_int_equal(request.command, COMMAND_ARM);
    assert_true(request.on);
    stage_free(stage);
}

static void arming_anything_else_takes_y(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_HEALTHY);
    expect_nothing(press(stage, "A"));
    struct ui_request request = press(stage, "y");
    assert_int_equal(request.command, COMMAND_ARM);
    assert_true(request.on);
    stage_free(stage);
}

static void what_somebody_else_holds_takes_the_name_of_the_target(void **state) {
    (void)state;
    static const struct target_holder holder = {.name = "ann", .epoch = 7};
    struct stage *stage = stage_new(FIXTURE_HEALTHY); /* local: else y would do */
    stage->world.holder = &holder;
    expect_nothing(press(stage, "A"));
    assert_int_equal(stage->ui.dialog.kind, DIALOG_TAKE_OVER);
    expect_nothing(press(stage, "y Enter"));
    expect_nothing(press(stage, "Esc A a n n Enter Esc"));
    stage->world.holder = NULL; /* whom the dialog named is meant */
    expect_no_act(press(stage, "d e m o Esc"));
    stage->world.holder = &holder;
    expect_nothing(press(stage, "A d e m"));
    struct ui_request request = press(stage, "o Enter");
    assert_int_equal(request.command, COMMAND_ARM);
    assert_true(request.on);
    assert_int_equal(request.epoch, 7);
    stage_free(stage);
}

static void a_again_disarms_at_once(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_ARMED);
    struct ui_request request = press(stage, "A");
    assert_int_equal(request.command, COMMAND_ARM);
    assert_false(request.on);
    /* An arming that ran out is none. */
    stage->world.now_ns = stage->model->state.armed_until_ns;
    expect_nothing(press(stage, "A"));
    assert_int_equal(stage->ui.over, UI_DIALOG);
    stage_free(stage);
}

static void smoke_needs_arming_checks_and_a_yes(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_HEALTHY);
    expect_no_act(press(stage, "S y"));
    assert_string_equal(stage->ui.notice, "");
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    stage_free(stage);

    stage = stage_new(FIXTURE_ARMED);
    expect_no_act(press(stage, "S Enter Esc y"));
    assert_int_equal(press(stage, "S y").command, COMMAND_SMOKE);
    assert_int_equal(stage->ui.screen, UI_CHECKS);
    struct action_plan blocked = {.blocked = "a smoke test runs"};
    stage->world.smoke = &blocked;
    expect_nothing(press(stage, "S"));
    assert_string_equal(stage->ui.notice, "a smoke test runs");
    stage->world.smoke = NULL;
    expect_no_act(press(stage, "S y"));
    stage_free(stage);
}

static void a_plan_that_does_not_fit_is_moved_and_no_further(void **state) {
    (void)state;
    static const char *const lines[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    const struct action_plan longer = {
        .to = "somebody", .back = "nothing", .line_count = 8, .lines = lines};
    struct stage *stage = stage_new(FIXTURE_ARMED);
    stage->world.smoke = &longer;
    ui_on_resize(&stage->ui, 40, 10);
    expect_nothing(press(stage, "S Down Down"));
    assert_int_equal(stage->ui.dialog.first, 2);
    expect_nothing(press(stage, "PgDn PgDn"));
    assert_int_equal(stage->ui.dialog.first, 4); /* 11 rows, room for 7 */
    expect_nothing(press(stage, "Up PgUp"));
    assert_int_equal(stage->ui.dialog.first, 0);
    assert_int_equal(press(stage, "y").command, COMMAND_SMOKE);
    stage_free(stage);
}

static void stopping_never_needs_arming(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_ARMED);
    stage->model->state.armed = false;
    expect_nothing(press(stage, "X"));
    assert_int_equal(press(stage, "y").command, COMMAND_STOP);
    stage_free(stage);
    stage = stage_new(FIXTURE_HEALTHY);
    expect_no_act(press(stage, "X y"));
    stage_free(stage);
}

static void a_watcher_cannot_ask_for_anything_that_acts(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_NO_CANARY);
    expect_no_act(press(stage, "A y S y X y"));
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    assert_int_equal(press(stage, "q").command, COMMAND_QUIT);
    stage_free(stage);
}

static void pasted_text_is_no_command(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_ARMED);
    static const char keys[] = "qASyXy";
    for (size_t i = 0; keys[i]; i++) {
        struct key key = {
            .cap = KEYCAP_RUNE, .rune = (uint32_t)keys[i], .pasted = true};
        expect_nothing(ui_on_key(&stage->ui, &stage->world, &key));
    }
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    stage_free(stage);
}

static void the_arrows_scrub_within_what_was_seen(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_HEALTHY);
    uint64_t now_ns = stage->world.now_ns;
    press(stage, "Shift-Left Left");
    assert_true(stage->ui.frozen);
    assert_int_equal(ui_view_ns(&stage->ui, now_ns), now_ns - 11 * NS_PER_S);
    stage->world.now_ns += NS_PER_S; /* a frozen view stays where it is */
    assert_int_equal(ui_view_ns(&stage->ui, now_ns + NS_PER_S), now_ns - 11 * NS_PER_S);
    press(stage, "Shift-Right Shift-Right");
    assert_false(stage->ui.frozen);
    for (int i = 0; i < 100; i++) press(stage, "Shift-Left");
    uint64_t started_ns = stage->model->state.started_ns;
    assert_int_equal(ui_view_ns(&stage->ui, now_ns), started_ns);
    press(stage, "End");
    assert_false(stage->ui.frozen);
    press(stage, "Space");
    assert_true(stage->ui.frozen);
    press(stage, "Space");
    assert_false(stage->ui.frozen);
    stage_free(stage);
}

static void commas_and_dots_go_from_event_to_event(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_REDIS_DEAD);
    press(stage, ",");
    uint64_t died_ns = state_note(&stage->model->state, 0)->at_ns;
    assert_int_equal(ui_view_ns(&stage->ui, stage->world.now_ns), died_ns);
    press(stage, ",");
    uint64_t before_ns = ui_view_ns(&stage->ui, stage->world.now_ns);
    assert_true(before_ns < died_ns);
    press(stage, ".");
    assert_int_equal(ui_view_ns(&stage->ui, stage->world.now_ns), died_ns);
    press(stage, ".");
    assert_false(stage->ui.frozen);
    stage_free(stage);
}

static void digits_and_tab_move_the_focus(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_HEALTHY);
    press(stage, "5");
    assert_int_equal(stage->ui.focus, PANEL_REDIS);
    assert_false(stage->ui.zoomed);
    press(stage, "Tab Tab");
    assert_int_equal(stage->ui.focus, PANEL_HEALTH);
    press(stage, "Shift-Tab");
    assert_int_equal(stage->ui.focus, PANEL_AGENT);
    press(stage, "9"); /* has no place at this size */
    assert_int_equal(stage->ui.focus, PANEL_RUNS);
    assert_true(stage->ui.zoomed);
    press(stage, "Esc 8 Tab");
    assert_int_equal(stage->ui.focus, PANEL_TRAFFIC);
    ui_on_resize(&stage->ui, 80, 24); /* there latency has no place */
    press(stage, "2 Tab");
    assert_int_equal(stage->ui.focus, PANEL_HEALTH);
    stage_free(stage);
}

static void enter_opens_the_row_and_escape_goes_back(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_WORSE);
    press(stage, "2 j j Enter");
    assert_int_equal(stage->ui.screen, UI_ERRORS);
    assert_true(stage->ui.opened);
    assert_int_equal(stage->ui.selected[LIST_ERRORS], 2);
    press(stage, "Esc");
    assert_false(stage->ui.opened);
    press(stage, "Esc");
    assert_int_equal(stage->ui.screen, UI_OVERVIEW);
    press(stage, "End");
    assert_int_equal(stage->ui.selected[LIST_ERRORS], 4);
    press(stage, "gg");
    assert_int_equal(stage->ui.selected[LIST_ERRORS], 0);
    stage_free(stage);
}

static void an_opened_error_stays_the_one_that_was_opened(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_WORSE);
    struct state *live = &stage->model->state;
    struct cell *cells = memory_new_array((size_t)120 * 40, sizeof *cells);
    struct canvas canvas = {.cells = cells, .width = 120, .height = 40};
    press(stage, "2 j Enter");
    struct error_row opened = live->errors[1];
    struct error_row first = live->errors[0];
    live->errors[0] = opened; /* it was seen again: the table is sorted anew */
    live->errors[1] = first;
    ui_draw(&stage->ui, &stage->world, &canvas);
    assert_int_equal(stage->ui.selected[LIST_ERRORS], 0);
    assert_true(stage->ui.opened);
    live->errors[0] = live->errors[2]; /* it is gone: nothing else takes its place */
    ui_draw(&stage->ui, &stage->world, &canvas);
    assert_false(stage->ui.opened);
    free(cells);
    stage_free(stage);
}

static void a_filter_holds_until_escape_clears_it(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_WORSE);
    press(stage, "2 / t o o l Enter j j");
    assert_string_equal(stage->ui.filters[PANEL_ERRORS].words, "tool");
    assert_int_equal(stage->ui.selected[LIST_ERRORS], 0);
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    press(stage, "Esc");
    assert_string_equal(stage->ui.filters[PANEL_ERRORS].words, "");
    press(stage, "1 /"); /* no rows there */
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    stage_free(stage);
}

static void the_palette_looks_but_does_not_act(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_ARMED);
    expect_nothing(press(stage, ": e r r Enter"));
    assert_int_equal(stage->ui.screen, UI_ERRORS);
    struct ui_request request = press(stage, ": t h e Tab d a y Enter");
    assert_int_equal(request.command, COMMAND_THEME);
    assert_string_equal(request.argument, "day");
    expect_nothing(press(stage, ": s m o k e Enter"));
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    assert_string_equal(stage->ui.notice, "smoke acts: press S");
    expect_nothing(press(stage, ": x y z Enter"));
    press(stage, ": p a n e l Space 4 Enter");
    assert_int_equal(stage->ui.focus, PANEL_SATURATION);
    stage_free(stage);
}

static void the_mouse_looks_and_nothing_else(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_ARMED);
    struct cell *cells = memory_new_array((size_t)120 * 40, sizeof *cells);
    struct canvas canvas = {.cells = cells, .width = 120, .height = 40};
    ui_draw(&stage->ui, &stage->world, &canvas);
    struct key key = {.cap = KEYCAP_PRESS, .x = 90, .y = 5};
    expect_nothing(ui_on_key(&stage->ui, &stage->world, &key));
    assert_int_equal(stage->ui.focus, PANEL_ERRORS);
    key = (struct key){.cap = KEYCAP_WHEEL_DOWN, .x = 90, .y = 5};
    expect_nothing(ui_on_key(&stage->ui, &stage->world, &key));
    assert_int_equal(stage->ui.selected[LIST_ERRORS], 3);
    key = (struct key){.cap = KEYCAP_DRAG, .x = 100, .y = 5};
    ui_on_key(&stage->ui, &stage->world, &key);
    assert_true(stage->ui.frozen); /* ten of sixty cells of five minutes */
    uint64_t view_ns = ui_view_ns(&stage->ui, stage->world.now_ns);
    assert_int_equal(stage->world.now_ns - view_ns, 50 * NS_PER_S);
    free(cells);
    stage_free(stage);
}

static void windows_stop_at_their_ends(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_HEALTHY);
    press(stage, "[ [ [ [ [");
    assert_int_equal(stage->ui.window, 0);
    press(stage, "] ] ] ] ] ] ]");
    assert_int_equal(stage->ui.window, 3);
    stage_free(stage);
}

static void an_unknown_second_key_ends_the_chord(void **state) {
    (void)state;
    struct stage *stage = stage_new(FIXTURE_HEALTHY);
    press(stage, "g q"); /* not quit: it ended the chord */
    expect_nothing(press(stage, "g q"));
    assert_int_equal(press(stage, "q").command, COMMAND_QUIT);
    stage_free(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(q_leaves_at_once_unless_something_runs),
        cmocka_unit_test(arming_production_takes_its_name),
        cmocka_unit_test(arming_anything_else_takes_y),
        cmocka_unit_test(what_somebody_else_holds_takes_the_name_of_the_target),
        cmocka_unit_test(a_again_disarms_at_once),
        cmocka_unit_test(smoke_needs_arming_checks_and_a_yes),
        cmocka_unit_test(a_plan_that_does_not_fit_is_moved_and_no_further),
        cmocka_unit_test(stopping_never_needs_arming),
        cmocka_unit_test(a_watcher_cannot_ask_for_anything_that_acts),
        cmocka_unit_test(pasted_text_is_no_command),
        cmocka_unit_test(the_arrows_scrub_within_what_was_seen),
        cmocka_unit_test(commas_and_dots_go_from_event_to_event),
        cmocka_unit_test(digits_and_tab_move_the_focus),
        cmocka_unit_test(enter_opens_the_row_and_escape_goes_back),
        cmocka_unit_test(an_opened_error_stays_the_one_that_was_opened),
        cmocka_unit_test(a_filter_holds_until_escape_clears_it),
        cmocka_unit_test(the_palette_looks_but_does_not_act),
        cmocka_unit_test(the_mouse_looks_and_nothing_else),
        cmocka_unit_test(windows_stop_at_their_ends),
        cmocka_unit_test(an_unknown_second_key_ends_the_chord),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
