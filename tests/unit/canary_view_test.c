/* SPDX-License-Identifier: MIT */
#include "ui/views/canary_view.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/fixture_canary.h"
#include "support/golden.h"
#include "support/ui_stage.h"

enum { NAME_SIZE = 96, ROW_SIZE = 1024 };

static const struct {
    int width, height;
} sizes[] = {{200, 60}, {120, 40}, {80, 24}, {40, 10}};

/* The screen of a rollout in that state, over the service of a fixture. */
static void draw_sizes(
    const struct golden *golden, enum fixture_rollout kind, bool ascii) {
    struct model *model = fixture_model(FIXTURE_ARMED);
    model->state.rollout = fixture_rollout(kind, fixture_now_ns());
    fixture_rollout_recall(model, kind, fixture_now_ns());
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int width = sizes[i].width;
        int height = sizes[i].height;
        struct ui_stage *stage = ui_stage_new(FIXTURE_ARMED, width, height);
        stage->world.model = model;
        ui_stage_press(stage, "gc");
        struct canvas canvas = ui_stage_draw(stage, width, height, ascii);
        char name[NAME_SIZE];
        snprintf(
            name, sizeof name, "canary-%s-%dx%d%s", fixture_rollout_name(kind), width,
            height, ascii ? "-ascii" : "");
        golden_expect_sound(&canvas);
        golden_expect(golden, name, &canvas);
        golden_canvas_free(&canvas);
        ui_stage_free(stage);
    }
    model_free(model);
}

static void a_rollout_looks_as_recorded_in_every_state(void **state) {
    for (int kind = 0; kind < FIXTURE_ROLLOUTS; kind++) {
        draw_sizes(*state, (enum fixture_rollout)kind, false);
    }
}

static void a_rollout_looks_as_recorded_in_ascii(void **state) {
    for (int kind = 0; kind < FIXTURE_ROLLOUTS; kind++) {
        draw_sizes(*state, (enum fixture_rollout)kind, true);
    }
}

/* What is asked before an order is given. */
static const struct dialog_case {
    const char *name;
    enum fixture_rollout kind;
    const char *keys;
} dialogs[] = {
    {"dialog-promote-blocked", ROLLOUT_AT_STEP, "gc P"},
    {"dialog-promote-force", ROLLOUT_HARMFUL,
     "gc : p r o m o t e Space - - f o r c e Space n o i s e Enter a g"},
    {"dialog-resume", ROLLOUT_DRIFTED, "gc G"},
    {"dialog-rollout-stop", ROLLOUT_BLIND, "gc X"},
    {"dialog-smoke-canary", ROLLOUT_AT_STEP, "gc S"},
    {"dialog-undo", ROLLOUT_PROMOTED, "gc U"},
    {"dialog-start", ROLLOUT_TURNED_BACK, "gc P a g"},
    {"dialog-start-end", ROLLOUT_TURNED_BACK, "gc P PgDn PgDn"},
    {"dialog-start-version", ROLLOUT_TURNED_BACK, "gc P Tab - r c 2"},
};

static void draw_dialog(
    const struct golden *golden, const struct dialog_case *dialog, bool ascii) {
    struct model *model = fixture_model(FIXTURE_ARMED);
    model->state.rollout = fixture_rollout(dialog->kind, fixture_now_ns());
    fixture_rollout_recall(model, dialog->kind, fixture_now_ns());
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int width = sizes[i].width;
        int height = sizes[i].height;
        struct ui_stage *stage = ui_stage_new(FIXTURE_ARMED, width, height);
        stage->world.model = model;
        ui_stage_press(stage, dialog->keys);
        struct canvas canvas = ui_stage_draw(stage, width, height, ascii);
        char name[NAME_SIZE];
        snprintf(
            name, sizeof name, "%s-%dx%d%s", dialog->name, width, height,
            ascii ? "-ascii" : "");
        golden_expect_sound(&canvas);
        golden_expect(golden, name, &canvas);
        golden_canvas_free(&canvas);
        ui_stage_free(stage);
    }
    model_free(model);
}

static void orders_are_asked_for_as_recorded(void **state) {
    for (size_t i = 0; i < sizeof dialogs / sizeof *dialogs; i++) {
        draw_dialog(*state, &dialogs[i], false);
        draw_dialog(*state, &dialogs[i], true);
    }
}

/* What the operator sees of a rollout in that state, at 120x40. */
struct sight {
    struct model *model;
    struct ui_stage *stage;
};

static struct sight look_at(enum fixture_rollout kind, const char *keys) {
    struct sight sight = {
        .model = fixture_model(FIXTURE_ARMED),
        .stage = ui_stage_new(FIXTURE_ARMED, 120, 40)};
    sight.model->state.rollout = fixture_rollout(kind, fixture_now_ns());
    fixture_rollout_recall(sight.model, kind, fixture_now_ns());
    sight.stage->world.model = sight.model;
    ui_stage_press(sight.stage, keys);
    return sight;
}

static void look_away(struct sight *sight) {
    ui_stage_free(sight->stage);
    model_free(sight->model);
}

static bool shows(const struct canvas *canvas, const char *words) {
    for (int y = 0; y < canvas->height; y++) {
        char row[ROW_SIZE];
        golden_row(canvas, y, row, sizeof row);
        if (strstr(row, words)) return true;
    }
    return false;
}

static void expect_shown(struct sight *sight, const char *words, bool shown) {
    struct canvas canvas = ui_stage_draw(sight->stage, 120, 40, false);
    if (shows(&canvas, words) != shown) fail_msg("\"%s\"", words);
    golden_canvas_free(&canvas);
}

static unsigned count_good(const struct canvas *canvas, int from_y, int until_y) {
    unsigned count = 0;
    for (int i = from_y * canvas->width; i < until_y * canvas->width; i++) {
        if (canvas->cells[i].role == ROLE_OK) count++;
    }
    return count;
}

/* The steps, the evidence and the reasons: all above the timeline's rows. */
static void nothing_old_is_green(void **state) {
    (void)state;
    static const enum fixture_rollout kinds[] = {ROLLOUT_ORPHANED, ROLLOUT_MUTE};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct sight sight = look_at(kinds[i], "gc");
        struct canvas canvas = ui_stage_draw(sight.stage, 120, 40, false);
        assert_int_equal(count_good(&canvas, 1, 18), 0);
        assert_true(shows(&canvas, "!old"));
        golden_canvas_free(&canvas);
        look_away(&sight);
    }
}

static void a_service_without_a_rollout_says_how_to_start_one(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_HEALTHY, 120, 40);
    ui_stage_press(stage, "gc");
    struct canvas canvas = ui_stage_draw(stage, 120, 40, false);
    assert_true(shows(&canvas, "○ NO ROLLOUT"));
    assert_true(shows(&canvas, "flightdeck canary plan"));
    assert_int_equal(count_good(&canvas, 1, 18), 0);
    golden_canvas_free(&canvas);
    ui_stage_free(stage);
}

static void what_a_preflight_refused_is_said(void **state) {
    (void)state;
    struct sight sight = look_at(ROLLOUT_REFUSED, "gc");
    expect_shown(&sight, "○ NO ROLLOUT", true);
    expect_shown(&sight, "✘ preflight", true);
    expect_shown(&sight, "refused  stable is not healthy", true);
    sight.model->state.rollout.known = false; /* its controller has left since */
    expect_shown(&sight, "✘ preflight", true);
    expect_shown(&sight, "refused: stable is not healthy", true);
    look_away(&sight);
}

static void figures_that_are_missing_are_no_zeros(void **state) {
    (void)state;
    struct sight sight = look_at(ROLLOUT_AT_DEPLOY, "gc");
    expect_shown(&sight, "seen nothing yet", true);
    expect_shown(&sight, "split not known", true);
    expect_shown(&sight, "E n/a of 100", true);
    expect_shown(&sight, "nothing is measured yet", true);
    expect_shown(&sight, "0, of how many is not known", true);
    look_away(&sight);
}

static void a_bound_that_is_met_is_green_only_with_fresh_data(void **state) {
    (void)state;
    struct sight sight = look_at(ROLLOUT_AT_STEP, "gc");
    struct rollout_status *rollout = &sight.model->state.rollout;
    rollout->bound = 0.011F;
    expect_shown(&sight, "+1.1pp <= +2.0pp  met", true);
    struct canvas canvas = ui_stage_draw(sight.stage, 120, 40, false);
    unsigned fresh = count_good(&canvas, 6, 18);
    golden_canvas_free(&canvas);
    rollout->data_age_ms = 20000;
    canvas = ui_stage_draw(sight.stage, 120, 40, false);
    assert_true(fresh > 0);
    assert_int_equal(count_good(&canvas, 6, 18), 0);
    golden_canvas_free(&canvas);
    look_away(&sight);
}

static void a_rollout_that_nothing_guards_is_marked(void **state) {
    (void)state;
    struct sight sight = look_at(ROLLOUT_DRIFTED, "gc");
    expect_shown(&sight, "~no lease", true);
    expect_shown(&sight, "!guard", true);
    look_away(&sight);
    sight = look_at(ROLLOUT_AT_STEP, "gc");
    expect_shown(&sight, "lease 4.1s", true);
    expect_shown(&sight, "!guard", false);
    look_away(&sight);
}

/* The one that is shown is none of those before. */
static void what_became_of_those_before_is_said(void **state) {
    (void)state;
    struct sight sight = look_at(ROLLOUT_TURNED_BACK, "gc");
    expect_shown(&sight, "before   2026-09-02 v1.4.2 rolled back: errors 4.1%", true);
    expect_shown(&sight, "2026-08-25 v1.4.1 promoted", true);
    struct rollout_status *rollout = &sight.model->state.rollout;
    text_copy(rollout->id, sizeof rollout->id, "01JZ0000000000000000000002");
    expect_shown(&sight, "v1.4.2 rolled back", false);
    expect_shown(&sight, "before   2026-08-25 v1.4.1 promoted", true);
    look_away(&sight);
}

static void the_smoke_test_says_whom_it_is_sent_to(void **state) {
    (void)state;
    struct sight sight = look_at(ROLLOUT_AT_STEP, "gc");
    expect_shown(&sight, "S smoke canary     S y", true);
    struct part *part = &sight.model->state.parts[0];
    part->kind = PART_HEALTH;
    part->track = TRACK_CANARY;
    for (uint32_t i = 0; i < sight.model->state.part_count; i++) {
        if (sight.model->state.parts[i].track != TRACK_CANARY) continue;
        sight.model->state.parts[i].status = PART_SILENT;
    }
    expect_shown(&sight, "S y, none of it answers", true);
    sight.model->state.armed = false;
    expect_shown(&sight, "S smoke canary     arm first, with A", true);
    sight.model->state.armed = true;
    sight.stage->world.smoke_canary = NULL;
    expect_shown(&sight, "S smoke target     S y, as users reach it", true);
    look_away(&sight);
}

static void the_strongest_evidence_keeps_its_row(void **state) {
    (void)state;
    struct sight sight = look_at(ROLLOUT_AT_STEP, "gc");
    struct rollout_status *rollout = &sight.model->state.rollout;
    expect_shown(&sight, "tool failures", false);
    rollout->metrics[5].harm = 50;
    expect_shown(&sight, "tool failures", true);
    expect_shown(&sight, "refusals", false);
    rollout->metrics[8].harm = NAN; /* nobody tells of it any more */
    expect_shown(&sight, "refusals", true);
    rollout->metrics[0].harm = NAN; /* errors stay */
    expect_shown(&sight, "refusals", true);
    expect_shown(&sight, "42/8412", true);
    look_away(&sight);
}

/* No 0 stands for what counters cannot tell: the row is a metric's then. */
static void what_befell_requests_has_a_row_where_it_is_known(void **state) {
    (void)state;
    struct sight sight = look_at(ROLLOUT_AT_STEP, "gc");
    struct rollout_feed *feeds = sight.model->state.rollout.feeds;
    expect_shown(&sight, "4 of 9 metrics", true);
    expect_shown(&sight, "of canary     3 jobs open, oldest 11s   left out:", true);
    expect_shown(&sight, "~strayed 1", true);
    expect_shown(&sight, "of stable ", false); /* there is no room */
    feeds[1].tally = (struct rollout_tally){.known = true};
    expect_shown(
        &sight, "clients left 0, limited 0   redispatched 0   strayed 0", true);
    sight.model->state.rollout.metric_count = 3;
    expect_shown(&sight, "of stable     9 jobs open, oldest 8s", true);
    sight.model->state.rollout.metric_count = 9;
    feeds[0].tally.known = feeds[1].tally.known = false;
    expect_shown(&sight, "5 of 9 metrics", true);
    expect_shown(&sight, "left out", false);
    look_away(&sight);
}

static void a_panel_that_has_no_place_is_reached_zoomed(void **state) {
    (void)state;
    struct sight sight = look_at(ROLLOUT_AT_STEP, "gc z Tab Tab Tab Tab Tab Tab");
    struct canvas canvas = ui_stage_draw(sight.stage, 80, 24, false);
    assert_true(shows(&canvas, "p95  6.30s [6.05s, 6.58s]"));
    assert_true(shows(&canvas, "inf)"));
    golden_canvas_free(&canvas);
    look_away(&sight);
}

static void many_steps_show_the_one_that_goes_on(void **state) {
    (void)state;
    struct sight sight = look_at(ROLLOUT_AT_STEP, "gc");
    struct rollout_status *rollout = &sight.model->state.rollout;
    rollout->steps = ROLLOUT_STEPS_MAX;
    for (unsigned i = 0; i < ROLLOUT_STEPS_MAX; i++) {
        rollout->steps_bp[i] = (uint16_t)(625 * (i + 1));
    }
    for (unsigned step = 1; step <= ROLLOUT_STEPS_MAX; step++) {
        char words[ROW_SIZE];
        rollout->step = (uint16_t)step;
        snprintf(words, sizeof words, "● %.3g%%", 6.25 * step);
        expect_shown(&sight, words, true);
    }
    look_away(&sight);
}

static void draw_at(struct sight *sight, int width, int height) {
    struct canvas canvas = ui_stage_draw(sight->stage, width, height, width % 2 == 0);
    golden_expect_sound(&canvas);
    golden_canvas_free(&canvas);
}

static void every_size_of_every_state_is_drawn(void **state) {
    (void)state;
    enum { WIDTHS = 18, HEIGHTS = 11 };
    for (int kind = 0; kind < FIXTURE_ROLLOUTS; kind++) {
        struct sight sight = look_at((enum fixture_rollout)kind, "gc");
        for (int i = 0; i < WIDTHS * HEIGHTS; i++) {
            draw_at(&sight, 1 + i / HEIGHTS * 7, 1 + i % HEIGHTS * 4);
        }
        look_away(&sight);
    }
}

int main(int argc, char **argv) {
    struct golden golden = golden_from_arguments(TESTS_FOLDER "/screens", argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(a_rollout_looks_as_recorded_in_every_state, &golden),
        cmocka_unit_test_prestate(a_rollout_looks_as_recorded_in_ascii, &golden),
        cmocka_unit_test_prestate(orders_are_asked_for_as_recorded, &golden),
        cmocka_unit_test(nothing_old_is_green),
        cmocka_unit_test(a_service_without_a_rollout_says_how_to_start_one),
        cmocka_unit_test(what_a_preflight_refused_is_said),
        cmocka_unit_test(figures_that_are_missing_are_no_zeros),
        cmocka_unit_test(a_bound_that_is_met_is_green_only_with_fresh_data),
        cmocka_unit_test(a_rollout_that_nothing_guards_is_marked),
        cmocka_unit_test(what_became_of_those_before_is_said),
        cmocka_unit_test(the_smoke_test_says_whom_it_is_sent_to),
        cmocka_unit_test(the_strongest_evidence_keeps_its_row),
        cmocka_unit_test(what_befell_requests_has_a_row_where_it_is_known),
        cmocka_unit_test(a_panel_that_has_no_place_is_reached_zoomed),
        cmocka_unit_test(many_steps_show_the_one_that_goes_on),
        cmocka_unit_test(every_size_of_every_state_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
