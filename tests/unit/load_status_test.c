/* SPDX-License-Identifier: MIT */
#include "core/load_status.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "core/histogram.h"
#include "core/load_reading.h"
#include "core/model.h"

#define SECOND_NS UINT64_C(1000000000)

static void nothing_is_known_of_no_run(void **state) {
    (void)state;
    struct load_status status;
    load_status_init(&status);
    assert_int_equal(status.phase, LOAD_NONE);
    assert_false(load_status_is_active(&status));
    assert_true(isnan(load_status_error_ratio(&status)));
    assert_true(isnan(status.latencies.response_ms[LOAD_P99]));
    assert_true(isnan(status.generator.lag_p99_ms));
    assert_true(isnan(status.comparison.then.knee_per_s));
    assert_true(isnan(load_status_value(&status, METRIC_LOAD_DONE)));
    assert_true(isnan(load_status_value(&status, METRIC_RPS)));
    assert_true(load_status_is_sound(&status));
}

static void a_run_is_active_until_it_has_ended(void **state) {
    (void)state;
    struct load_status status;
    load_status_init(&status);
    for (unsigned phase = LOAD_STARTING; phase < LOAD_ENDED; phase++) {
        status.phase = (uint8_t)phase;
        assert_true(load_status_is_active(&status));
    }
    status.phase = LOAD_ENDED;
    assert_false(load_status_is_active(&status));
}

static void what_cannot_be_used_is_not_sound(void **state) {
    (void)state;
    struct load_status good;
    load_status_init(&good);
    struct load_status bad = good;
    bad.gate_count = LOAD_GATES_MAX + 1;
    assert_false(load_status_is_sound(&bad));
    bad = good;
    bad.answer_count = LOAD_ANSWERS_MAX + 1;
    assert_false(load_status_is_sound(&bad));
    bad = good;
    bad.phase = LOAD_PHASE_COUNT;
    assert_false(load_status_is_sound(&bad));
    bad = good;
    memset(bad.answers[LOAD_ANSWERS_MAX - 1].name, 'x', LOAD_FIGURE_SIZE);
    assert_false(load_status_is_sound(&bad));
    bad = good;
    memset(bad.generator.limit, 'x', sizeof bad.generator.limit);
    assert_false(load_status_is_sound(&bad));
}

static void percentiles_come_from_the_histogram(void **state) {
    (void)state;
    struct histogram *histogram = memory_new(sizeof *histogram);
    float latencies_ms[LOAD_LATENCY_COUNT];
    load_latencies_of(histogram, latencies_ms);
    for (unsigned i = 0; i < LOAD_LATENCY_COUNT; i++) {
        assert_true(isnan(latencies_ms[i]));
    }
    for (uint64_t us = 1000; us <= 1000000; us += 1000) {
        histogram_record(histogram, us, 1);
    }
    load_latencies_of(histogram, latencies_ms);
    assert_float_equal(latencies_ms[LOAD_P50], 500, 2);
    assert_float_equal(latencies_ms[LOAD_P99], 990, 4);
    assert_float_equal(latencies_ms[LOAD_MAX], 1000, 0.001F);
    assert_float_equal(latencies_ms[LOAD_MEAN], 500.5F, 0.001F);
    free(histogram);
}

static void a_second_becomes_a_column(void **state) {
    (void)state;
    struct histogram *histogram = memory_new(sizeof *histogram);
    histogram_record(histogram, 5000, 3);
    histogram_record(histogram, 2000000, 70000);
    uint16_t rows[HEAT_BUCKETS];
    load_heat_of(histogram, rows);
    assert_int_equal(rows[heat_bucket(5)], 3);
    assert_int_equal(rows[heat_bucket(2000)], UINT16_MAX);
    uint32_t other = 0;
    for (unsigned i = 0; i < HEAT_BUCKETS; i++) other += rows[i];
    assert_int_equal(other, 3 + UINT16_MAX);
    free(histogram);
}

static struct event status_event(uint64_t s, float done_per_s) {
    struct event event;
    event_begin(&event, EVENT_LOAD);
    event.at_ns = s * SECOND_NS;
    load_status_init(&event.load);
    event.load.phase = LOAD_RUNNING;
    event.load.rates.done_per_s = done_per_s;
    return event;
}

static void the_model_keeps_the_status_and_its_past(void **state) {
    (void)state;
    struct model *model = model_new();
    for (uint64_t s = 10; s < 14; s++) {
        struct event event = status_event(s, s == 12 ? NAN : (float)s);
        model_apply(model, &event);
    }
    const struct series *done = model_series(model, TRACK_STABLE, METRIC_LOAD_DONE);
    assert_float_equal(series_at(done, 11 * SECOND_NS), 11, 0.1F);
    assert_true(isnan(series_at(done, 12 * SECOND_NS)));
    assert_float_equal(series_at(done, 13 * SECOND_NS), 13, 0.1F);
    assert_float_equal(model->state.load.rates.done_per_s, 13, 0);
    float value = state_value(
        &model->state, TRACK_STABLE, METRIC_LOAD_DONE, 14 * SECOND_NS, 5 * SECOND_NS);
    assert_float_equal(value, 13, 0);
    model_free(model);
}

static void the_lines_of_a_run_end_with_it(void **state) {
    (void)state;
    struct model *model = model_new();
    struct event event = status_event(10, 5);
    model_apply(model, &event);
    event = status_event(20, 7);
    event.load.phase = LOAD_ENDED;
    model_apply(model, &event);
    assert_int_equal(model->state.load.phase, LOAD_ENDED);
    const struct series *done = model_series(model, TRACK_STABLE, METRIC_LOAD_DONE);
    assert_true(isnan(series_at(done, 20 * SECOND_NS)));
    model_free(model);
}

static void heat_of_a_run_is_its_own(void **state) {
    (void)state;
    struct model *model = model_new();
    struct event event;
    event_begin(&event, EVENT_LOAD_HEAT);
    event.at_ns = 10 * SECOND_NS;
    event.load_heat.counts[4] = 40000;
    model_apply(model, &event);
    model_apply(model, &event);
    assert_int_equal(model->load_heat.counts[10][4], UINT16_MAX);
    assert_int_equal(model->heat[TRACK_STABLE].last_s, 0);
    model_free(model);
}

static void a_new_session_knows_of_no_run(void **state) {
    (void)state;
    struct model *model = model_new();
    struct event event = status_event(10, 5);
    model_apply(model, &event);
    event_begin(&event, EVENT_SESSION);
    event.at_ns = 11 * SECOND_NS;
    model_apply(model, &event);
    assert_int_equal(model->state.load.phase, LOAD_NONE);
    assert_true(isnan(model->state.load.rates.done_per_s));
    model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_of_no_run),
        cmocka_unit_test(a_run_is_active_until_it_has_ended),
        cmocka_unit_test(what_cannot_be_used_is_not_sound),
        cmocka_unit_test(percentiles_come_from_the_histogram),
        cmocka_unit_test(a_second_becomes_a_column),
        cmocka_unit_test(the_model_keeps_the_status_and_its_past),
        cmocka_unit_test(the_lines_of_a_run_end_with_it),
        cmocka_unit_test(heat_of_a_run_is_its_own),
        cmocka_unit_test(a_new_session_knows_of_no_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
