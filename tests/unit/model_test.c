/* SPDX-License-Identifier: MIT */
#include "core/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define SECOND_NS UINT64_C(1000000000)

static int make_model(void **state) {
    *state = model_new();
    return 0;
}

static int free_model(void **state) {
    model_free(*state);
    return 0;
}

static struct event part_event(const char *name, enum part_status status, uint64_t s) {
    struct event event = {.kind = EVENT_PART, .at_ns = s * SECOND_NS, .wall_ms = 1000};
    event.part = (struct part){.kind = PART_HEALTH, .status = (uint8_t)status};
    text_copy_cut(event.part.name, sizeof event.part.name, name);
    return event;
}

static void a_part_remembers_when_its_status_changed(void **state) {
    struct model *model = *state;
    struct event events[] = {
        part_event("a", PART_OK, 1),     part_event("a", PART_OK, 2),
        part_event("b", PART_OK, 2),     part_event("a", PART_SILENT, 3),
        part_event("a", PART_SILENT, 4),
    };
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        model_apply(model, &events[i]);
    }
    assert_int_equal(model->state.part_count, 2);
    const struct part *part = state_part(&model->state, PART_HEALTH, "a");
    assert_int_equal(part->status, PART_SILENT);
    assert_int_equal(part->changed_ns, 3 * SECOND_NS);
    assert_null(state_part(&model->state, PART_REDIS, "a"));
    assert_int_equal(model->now_ns, 4 * SECOND_NS);
}

static void put_value(struct model *model, float value, uint64_t s) {
    struct event event = {.kind = EVENT_VALUES, .at_ns = s * SECOND_NS};
    event.values.count = 1;
    event.values.step_ms = 1000;
    event.values.items[0].metric = METRIC_P95;
    event.values.items[0].value = value;
    model_apply(model, &event);
}

static void what_is_not_finite_is_missing(void **state) {
    (void)state;
    static const float odd[] = {INFINITY, -INFINITY, NAN};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct model *model = model_new();
        put_value(model, 7, 1);
        put_value(model, odd[i], 2);
        assert_true(model->state.values[TRACK_STABLE][METRIC_P95] <= 7);
        assert_int_equal(
            model->state.value_ns[TRACK_STABLE][METRIC_P95], 1 * SECOND_NS);
        const struct series *series = model_series(model, TRACK_STABLE, METRIC_P95);
        assert_true(isnan(series_at(series, 2 * SECOND_NS + SECOND_NS / 2)));
        model_free(model);
    }
}

static void a_part_that_is_gone_is_forgotten(void **state) {
    (void)state;
    struct model *model = model_new();
    struct event events[] = {
        part_event("a", PART_OK, 1),     part_event("b", PART_OK, 1),
        part_event("c", PART_OK, 1),     part_event("b", PART_OK, 2),
        part_event("never", PART_OK, 2),
    };
    events[3].part.gone = true;
    events[4].part.gone = true;
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        model_apply(model, &events[i]);
    }
    assert_int_equal(model->state.part_count, 2);
    assert_null(state_part(&model->state, PART_HEALTH, "b"));
    assert_non_null(state_part(&model->state, PART_HEALTH, "c"));
    model_free(model);
}

static void one_part_too_many_is_left_out(void **state) {
    struct model *model = *state;
    for (int i = 0; i < STATE_PARTS_MAX + 5; i++) {
        char name[16];
        struct text text = TEXT_IN(name);
        text_addf(&text, "part %d", i);
        struct event event = part_event(name, PART_OK, 1);
        model_apply(model, &event);
    }
    assert_int_equal(model->state.part_count, STATE_PARTS_MAX);
}

static void values_reach_the_state_and_the_series(void **state) {
    struct model *model = *state;
    struct event event = {.kind = EVENT_VALUES, .at_ns = 10 * SECOND_NS};
    event.values = (struct values_event){
        .track = TRACK_CANARY,
        .step_ms = 1000,
        .count = 2,
        .items = {{METRIC_RPS, 40}, {METRIC_P95, NAN}},
    };
    model_apply(model, &event);
    const struct state *known = &model->state;
    assert_true(
        state_value(known, TRACK_CANARY, METRIC_RPS, event.at_ns, SECOND_NS) == 40);
    assert_true(isnan(state_value(
        known, TRACK_CANARY, METRIC_RPS, event.at_ns + 2 * SECOND_NS, SECOND_NS)));
    assert_true(
        isnan(state_value(known, TRACK_STABLE, METRIC_RPS, event.at_ns, SECOND_NS)));
    assert_true(
        isnan(state_value(known, TRACK_CANARY, METRIC_P95, event.at_ns, SECOND_NS)));
    assert_true(
        series_at(model_series(model, TRACK_CANARY, METRIC_RPS), event.at_ns) == 40);
}

static void metrics_of_the_target_have_no_track(void **state) {
    struct model *model = *state;
    struct event event = {.kind = EVENT_VALUES, .at_ns = 10 * SECOND_NS};
    event.values = (struct values_event){
        .track = STATE_TRACK_NONE,
        .step_ms = 1000,
        .count = 1,
        .items = {{METRIC_REDIS_OPS, 12}},
    };
    model_apply(model, &event);
    assert_true(
        state_value(
            &model->state, TRACK_CANARY, METRIC_REDIS_OPS, event.at_ns, SECOND_NS) ==
        12);
    assert_ptr_equal(
        model_series(model, TRACK_CANARY, METRIC_REDIS_OPS),
        model_series(model, TRACK_STABLE, METRIC_REDIS_OPS));
}

static struct event errors_event_of(uint8_t track, uint32_t count, int64_t newest_ms) {
    struct event event = {.kind = EVENT_ERRORS};
    event.errors = (struct errors_event){.track = track, .count = count};
    for (uint32_t i = 0; i < count; i++) {
        event.errors.rows[i].track = track;
        event.errors.rows[i].last_seen_ms = newest_ms - 10 * (int64_t)i;
    }
    return event;
}

static void errors_of_one_track_replace_their_own_rows_only(void **state) {
    struct model *model = *state;
    struct event stable = errors_event_of(TRACK_STABLE, 3, 100);
    struct event canary = errors_event_of(TRACK_CANARY, 2, 95);
    struct event fewer = errors_event_of(TRACK_STABLE, 1, 200);
    model_apply(model, &stable);
    model_apply(model, &canary);
    assert_int_equal(model->state.error_count, 5);
    assert_int_equal(model->state.errors[1].last_seen_ms, 95);
    model_apply(model, &fewer);
    assert_int_equal(model->state.error_count, 3);
    assert_int_equal(model->state.errors[0].last_seen_ms, 200);
    assert_int_equal(model->state.errors[1].track, TRACK_CANARY);
}

static void full_error_tables_keep_the_newest(void **state) {
    struct model *model = *state;
    struct event stable = errors_event_of(TRACK_STABLE, STATE_ERRORS_MAX, 1000);
    struct event canary = errors_event_of(TRACK_CANARY, STATE_ERRORS_MAX, 1005);
    model_apply(model, &stable);
    model_apply(model, &canary);
    assert_int_equal(model->state.error_count, STATE_ERRORS_MAX);
    for (uint32_t i = 1; i < STATE_ERRORS_MAX; i++) {
        assert_true(
            model->state.errors[i - 1].last_seen_ms >=
            model->state.errors[i].last_seen_ms);
    }
}

static void notes_and_runs_are_rings(void **state) {
    struct model *model = *state;
    for (int i = 0; i < STATE_NOTES_MAX + 3; i++) {
        struct event event = {.kind = EVENT_NOTE};
        event.note.wall_ms = i;
        model_apply(model, &event);
    }
    assert_int_equal(state_note(&model->state, 0)->wall_ms, STATE_NOTES_MAX + 2);
    assert_int_equal(state_note(&model->state, STATE_NOTES_MAX - 1)->wall_ms, 3);
    assert_null(state_note(&model->state, STATE_NOTES_MAX));

    assert_null(state_run(&model->state, 0));
    for (uint8_t step = 0; step < 2; step++) {
        struct event event = {.kind = EVENT_RUN};
        event.run_status = (struct run){.id = {7}, .active = step == 0, .passed = step};
        model_apply(model, &event);
    }
    assert_int_equal(model->state.run_count, 1);
    assert_false(state_run(&model->state, 0)->active);
}

static void a_new_smoke_run_clears_the_checks(void **state) {
    struct model *model = *state;
    struct event event = {.kind = EVENT_CHECK};
    event.check = (struct check_event){.index = 4, .total = 5, .row = {.done = true}};
    model_apply(model, &event);
    assert_int_equal(model->state.check_count, 5);
    event.check =
        (struct check_event){.index = 0, .total = 3, .row = {.running = true}};
    model_apply(model, &event);
    assert_int_equal(model->state.check_count, 3);
    event.check.index = STATE_CHECKS_MAX;
    model_apply(model, &event);
    assert_int_equal(model->state.check_count, 3);
}

static void a_new_session_forgets_parts_and_arming(void **state) {
    struct model *model = *state;
    struct event part = part_event("a", PART_OK, 1);
    struct event armed = {.kind = EVENT_ARMED, .armed = {.armed = true, .until_ns = 9}};
    struct event session = {.kind = EVENT_SESSION, .at_ns = 5};
    model_apply(model, &part);
    model_apply(model, &armed);
    assert_true(model->state.armed);
    model_apply(model, &session);
    assert_false(model->state.armed);
    assert_int_equal(model->state.part_count, 0);
    assert_int_equal(model->state.started_ns, 5);
}

static void heat_columns_saturate_and_skip_seconds(void **state) {
    struct model *model = *state;
    struct event event = {.kind = EVENT_HEAT, .at_ns = 100 * SECOND_NS};
    event.heat = (struct heat_event){.track = TRACK_CANARY, .counts = {[5] = 60000}};
    model_apply(model, &event);
    model_apply(model, &event);
    struct heat *heat = &model->heat[TRACK_CANARY];
    assert_int_equal(heat->counts[100][5], UINT16_MAX);
    event.at_ns = (100 + HEAT_SECONDS) * SECOND_NS;
    event.heat.counts[5] = 1;
    model_apply(model, &event);
    assert_int_equal(heat->counts[100][5], 1);
    event.at_ns = 3 * SECOND_NS;
    model_apply(model, &event);
    assert_int_equal(heat->counts[3][5], 0);
}

#define MODEL_TEST(test) cmocka_unit_test_setup_teardown(test, make_model, free_model)

static void evidence_of_a_rollout_has_a_past(void **state) {
    struct model *model = *state;
    for (unsigned second = 1; second <= 3; second++) {
        struct event event = {.kind = EVENT_ROLLOUT, .at_ns = second * SECOND_NS};
        struct rollout_status *rollout = &event.rollout;
        rollout->known = true;
        rollout->metric_count = 1;
        rollout->metrics[0].harm = second == 2 ? expf(4) : 1;
        text_copy_cut(rollout->id, sizeof rollout->id, "one");
        text_copy_cut(rollout->metrics[0].name, ROLLOUT_METRIC_NAME_SIZE, "errors");
        model_apply(model, &event);
    }
    const struct series *series =
        rollout_trend_of(&model->rollout, &model->state.rollout, 0);
    assert_non_null(series);
    assert_float_equal(series_at(series, 2 * SECOND_NS), 4, 0.1);
    assert_float_equal(series_at(series, 3 * SECOND_NS), 0, 1e-6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        MODEL_TEST(evidence_of_a_rollout_has_a_past),
        MODEL_TEST(a_part_remembers_when_its_status_changed),
        MODEL_TEST(a_part_that_is_gone_is_forgotten),
        MODEL_TEST(what_is_not_finite_is_missing),
        MODEL_TEST(one_part_too_many_is_left_out),
        MODEL_TEST(values_reach_the_state_and_the_series),
        MODEL_TEST(metrics_of_the_target_have_no_track),
        MODEL_TEST(errors_of_one_track_replace_their_own_rows_only),
        MODEL_TEST(full_error_tables_keep_the_newest),
        MODEL_TEST(notes_and_runs_are_rings),
        MODEL_TEST(a_new_smoke_run_clears_the_checks),
        MODEL_TEST(a_new_session_forgets_parts_and_arming),
        MODEL_TEST(heat_columns_saturate_and_skip_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
