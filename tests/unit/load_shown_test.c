/* SPDX-License-Identifier: MIT */
#include "core/load_shown.h"

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

enum { PER_S = 50, WAIT_US = 100000, SERVED_US = 20000 };

struct fixture {
    struct scenario *scenario;
    struct load_course *course;
    struct load_report *report; /* of the next second */
    struct load_status status;
};

static struct fixture *fixture_new(enum load_model model, const char *gate) {
    struct fixture *fixture = memory_new(sizeof *fixture);
    struct error err;
    fixture->scenario = memory_new(sizeof *fixture->scenario);
    struct load_plan *plan = &fixture->scenario->plan;
    plan->model = model;
    plan->level = PER_S;
    plan->run_time_ns = 120 * NS_PER_S;
    plan->connections_max = 77;
    plan->task_count = 1;
    text_copy(plan->tasks[0].name, LOAD_NAME_SIZE, "chat");
    if (!scenario_add_gate(fixture->scenario, gate, &err)) fail_msg("%s", err.message);
    fixture->course = load_course_new(fixture->scenario);
    fixture->report = memory_new(sizeof *fixture->report);
    load_status_init(&fixture->status);
    return fixture;
}

static void fixture_free(struct fixture *fixture) {
    load_course_free(fixture->course);
    free(fixture->scenario);
    free(fixture->report);
    free(fixture);
}

/* Fifty requests in a second: some of them answered with 200 after a wait. */
static struct load_row *second(struct fixture *fixture, unsigned answered) {
    struct load_report *report = fixture->report;
    memset(report, 0, sizeof *report);
    report->start_ns = fixture->course->seconds * NS_PER_S;
    report->end_ns = report->start_ns + NS_PER_S;
    report->shards = 1;
    report->gauges = (struct load_gauges){
        .level_milli = 60000, .users = PER_S, .connections = 40, .rss_bytes = 5000000};
    report->row_count = 2;
    struct load_row *row = &report->rows[0];
    row->wanted = row->sent = PER_S;
    row->done = answered;
    row->received_bytes = 3000;
    row->statuses[load_row_status(200)] = answered;
    histogram_record(&row->service, SERVED_US, answered);
    histogram_record(&row->response, WAIT_US, answered);
    histogram_record(&report->health.lag, 100, 100);
    histogram_record(&report->health.delay, 50, PER_S);
    report->health.late = 5;
    report->health.opened = 10;
    report->health.reused = 30;
    report->health.cpu_us = 250000;
    return row;
}

static void add(struct fixture *fixture) {
    load_course_on_report(fixture->course, fixture->report);
    load_course_on_second(fixture->course);
    load_shown_fill(fixture->course, &fixture->status);
    assert_true(load_status_is_sound(&fixture->status));
}

static const struct load_answer *answer(
    const struct load_status *status, const char *n) {
    unsigned i = 0;
    while (i < status->answer_count && strcmp(status->answers[i].name, n) != 0) i++;
    if (i == status->answer_count) fail_msg("no %s", n);
    return &status->answers[i];
}

static void a_second_is_shown_with_its_rates_and_users(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new(LOAD_USERS, "p95<2s");
    second(fixture, PER_S);
    add(fixture);
    second(fixture, 40);
    add(fixture);
    const struct load_status *status = &fixture->status;
    assert_int_equal(status->elapsed_ms, 2000);
    assert_int_equal(status->total_ms, 120000);
    assert_int_equal(status->users, PER_S);
    assert_int_equal(status->users_wanted, 60);
    assert_int_equal(status->requests, 90);
    assert_float_equal(status->rates.wanted_per_s, 50, 0);
    assert_float_equal(status->rates.done_per_s, 40, 0);
    assert_float_equal(status->rates.error_ratio, 0, 0);
    assert_float_equal(status->comparison.now.rps, 45, 0.01F);
    fixture_free(fixture);
}

static void waits_and_service_times_stand_beside_each_other(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new(LOAD_USERS, "p95<2s");
    second(fixture, PER_S);
    add(fixture);
    const struct load_latencies *latencies = &fixture->status.latencies;
    assert_float_equal(latencies->response_ms[LOAD_P99], 100, 1);
    assert_float_equal(latencies->service_ms[LOAD_P99], 20, 1);
    assert_true(isnan(latencies->first_byte_ms[LOAD_P50]));
    assert_float_equal(latencies->apdex, 1, 0.001F);
    struct load_row *row = second(fixture, PER_S);
    histogram_record(&row->first_byte, 30000, PER_S);
    histogram_record(&row->gap, 5000, PER_S); /* it streams */
    add(fixture);
    assert_float_equal(latencies->first_byte_ms[LOAD_P50], 30, 1);
    fixture_free(fixture);
}

static void failures_are_counted_by_what_they_were(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new(LOAD_ARRIVALS, "error_ratio<0.1%");
    struct load_row *row = second(fixture, 40);
    row->done = PER_S;
    row->statuses[load_row_status(503)] = 6;
    row->failures[LOAD_FAILURE_STATUS] = 6;
    row->failures[LOAD_FAILURE_TIMEOUT] = 4;
    add(fixture);
    const struct load_status *status = &fixture->status;
    assert_int_equal(answer(status, "200")->count, 40);
    assert_false(answer(status, "200")->failed);
    assert_int_equal(answer(status, "503")->count, 6);
    assert_true(answer(status, "503")->failed);
    assert_int_equal(answer(status, "timeout")->count, 4);
    assert_int_equal(answer(status, "connect")->count, 0);
    assert_float_equal(status->rates.error_ratio, 0.2F, 0.001F);
    assert_float_equal(status->rates.timeout_ratio, 0.08F, 0.001F);
    assert_int_equal(status->gates[0].verdict, VERDICT_FAIL);
    assert_string_equal(status->gates[0].value, "20.0%");
    assert_true(isnan(status->gates[0].limit_ms));
    second(fixture, PER_S);
    add(fixture);
    assert_float_equal(status->rates.timeout_ratio, 0, 0); /* they were before */
    assert_int_equal(status->users_wanted, 0);             /* nobody asks for users */
    fixture_free(fixture);
}

static void many_statuses_are_kept_within_bounds(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new(LOAD_USERS, "p95<2s");
    struct load_row *row = second(fixture, PER_S);
    for (unsigned code = 200; code < 600; code++) {
        row->statuses[load_row_status(code)] = 1;
    }
    for (unsigned i = 0; i < LOAD_FAILURE_COUNT; i++) row->failures[i] = 1;
    row->jobs_bad = row->jobs_lost = 1;
    add(fixture);
    assert_in_range(fixture->status.answer_count, 10, LOAD_ANSWERS_MAX);
    assert_int_equal(answer(&fixture->status, "others")->count, 400 - 8);
    fixture_free(fixture);
}

static void gates_carry_their_limits_and_rules_what_they_found(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new(LOAD_USERS, "p95<50ms");
    for (unsigned i = 0; i < 60; i++) {
        struct load_row *row = second(fixture, PER_S);
        row->failures[LOAD_FAILURE_CONTENT] = 10;
        add(fixture);
    }
    const struct load_status *status = &fixture->status;
    assert_string_equal(status->gates[0].words, "p95<50ms");
    assert_float_equal(status->gates[0].limit_ms, 50, 0);
    assert_int_equal(status->gates[0].verdict, VERDICT_FAIL);
    bool found = false;
    for (unsigned i = 1; i < status->gate_count; i++) {
        if (strcmp(status->gates[i].words, "errors_over_1_percent") == 0) found = true;
    }
    assert_true(found);
    fixture_free(fixture);
}

static void the_generator_is_judged_once_it_was_measured(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new(LOAD_ARRIVALS, "p95<2s");
    const struct load_generator *generator = &fixture->status.generator;
    load_shown_fill(fixture->course, &fixture->status);
    assert_int_equal(generator->health, LOAD_HEALTH_UNKNOWN);
    second(fixture, PER_S);
    add(fixture);
    assert_int_equal(generator->health, LOAD_HEALTHY);
    assert_string_equal(generator->limit, "");
    assert_float_equal(generator->cpu_cores, 0.25F, 0.001F);
    assert_float_equal(generator->late_ratio, 0.1F, 0.001F);
    assert_float_equal(generator->reused_ratio, 0.75F, 0.001F);
    assert_float_equal(generator->in_bytes_per_s, 3000, 0.1F);
    assert_int_equal(generator->sockets, 40);
    assert_int_equal(generator->sockets_wanted, 77);
    second(fixture, PER_S);
    histogram_record(&fixture->report->health.lag, 300000, 100);
    add(fixture);
    assert_int_equal(generator->health, LOAD_LIMITED);
    assert_non_null(strstr(generator->limit, "its loop lagged"));
    fixture_free(fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_is_shown_with_its_rates_and_users),
        cmocka_unit_test(waits_and_service_times_stand_beside_each_other),
        cmocka_unit_test(failures_are_counted_by_what_they_were),
        cmocka_unit_test(many_statuses_are_kept_within_bounds),
        cmocka_unit_test(gates_carry_their_limits_and_rules_what_they_found),
        cmocka_unit_test(the_generator_is_judged_once_it_was_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
