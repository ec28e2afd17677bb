/* SPDX-License-Identifier: MIT */
#include "core/load_judge.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"

enum { PER_S = 50, WAIT_US = 100000 };

struct fixture {
    struct scenario *scenario;
    struct load_course *course;
    struct load_report *report; /* of the next second */
    struct load_judgement judgement;
};

static struct fixture *fixture_new(const char *gate, enum load_model model) {
    struct fixture *fixture = memory_new(sizeof *fixture);
    struct error err;
    fixture->scenario = memory_new(sizeof *fixture->scenario);
    struct load_plan *plan = &fixture->scenario->plan;
    plan->model = model;
    plan->level = PER_S;
    plan->task_count = 2;
    text_copy(plan->tasks[0].name, LOAD_NAME_SIZE, "chat");
    text_copy(plan->tasks[1].name, LOAD_NAME_SIZE, "health");
    if (gate && !scenario_add_gate(fixture->scenario, gate, &err)) {
        fail_msg("%s", err.message);
    }
    fixture->report = memory_new(sizeof *fixture->report);
    return fixture;
}

static void fixture_free(struct fixture *fixture) {
    load_course_free(fixture->course);
    free(fixture->scenario);
    free(fixture->report);
    free(fixture);
}

/* A healthy second: as many chats as healths, all answered. */
static struct load_report *second(struct fixture *fixture) {
    struct load_report *report = fixture->report;
    if (!fixture->course) fixture->course = load_course_new(fixture->scenario);
    memset(report, 0, sizeof *report);
    report->sequence = fixture->course->seconds + 1;
    report->start_ns = fixture->course->seconds * NS_PER_S;
    report->end_ns = report->start_ns + NS_PER_S;
    report->shards = 1;
    report->gauges.level_milli = UINT64_C(1000) * PER_S;
    report->gauges.users = PER_S;
    report->gauges.rss_bytes = 5000000;
    report->row_count = 4;
    for (unsigned i = 0; i < 2; i++) {
        struct load_row *row = &report->rows[i];
        row->wanted = row->sent = row->done = PER_S / 2;
        row->statuses[load_row_status(200)] = PER_S / 2;
        histogram_record(&row->service, WAIT_US, PER_S / 2);
        histogram_record(&row->response, WAIT_US, PER_S / 2);
    }
    histogram_record(&report->health.lag, 100, 100);
    histogram_record(&report->health.delay, 50, PER_S);
    report->health.cpu_us = 10000;
    return report;
}

static void add(struct fixture *fixture) {
    load_course_on_report(fixture->course, fixture->report);
    load_course_on_second(fixture->course);
}

static void healthy(struct fixture *fixture, unsigned seconds) {
    for (unsigned i = 0; i < seconds; i++) {
        second(fixture);
        add(fixture);
    }
}

static enum verdict judge(
    struct fixture *fixture, enum load_stop stop, const char *says) {
    load_judge(fixture->course, stop, "", &fixture->judgement);
    if (!strstr(fixture->judgement.reason, says)) {
        fail_msg("%s", fixture->judgement.reason);
    }
    return fixture->judgement.verdict;
}

static void a_healthy_run_passes(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new("p95<2s", LOAD_ARRIVALS);
    healthy(fixture, 30);
    assert_int_equal(
        judge(fixture, LOAD_STOP_NONE, "1500 requests, 1 gate kept"), VERDICT_PASS);
    assert_false(fixture->judgement.generator.limited);
    assert_int_equal(fixture->course->all.requests, 1500);
    assert_int_equal(fixture->course->moment_count, 30);
    assert_true(fabs(fixture->course->moments[29].p95_ms - 100) < 1);
    fixture_free(fixture);
}

static void a_broken_gate_fails_with_its_numbers(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new("p95(chat)<50ms", LOAD_ARRIVALS);
    healthy(fixture, 10);
    assert_int_equal(
        judge(fixture, LOAD_STOP_NONE, "p95(chat)<50ms: 100ms of 250 requests"),
        VERDICT_FAIL);
    fixture_free(fixture);
}

static void no_data_is_never_a_pass(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new(NULL, LOAD_ARRIVALS);
    second(fixture);
    memset(fixture->report->rows, 0, sizeof *fixture->report->rows * 2);
    add(fixture);
    assert_int_equal(
        judge(fixture, LOAD_STOP_NONE, "nothing was measured"), VERDICT_INCONCLUSIVE);
    fixture_free(fixture);
}

static void an_end_that_is_none_is_said(void **state) {
    (void)state;
    static const struct {
        enum load_stop stop;
        enum verdict verdict;
    } cases[] = {
        {LOAD_STOP_PERSON, VERDICT_INCONCLUSIVE},
        {LOAD_STOP_GATE, VERDICT_FAIL},
        {LOAD_STOP_DIED, VERDICT_FAIL},
        {LOAD_STOP_UNREACHED, VERDICT_ERROR},
        {LOAD_STOP_LOST, VERDICT_INCONCLUSIVE},
        {LOAD_STOP_REQUESTS, VERDICT_PASS},
        {LOAD_STOP_TIME, VERDICT_INCONCLUSIVE},
        {LOAD_STOP_MISSING, VERDICT_INCONCLUSIVE},
    };
    struct fixture *fixture = fixture_new("p95<2s", LOAD_ARRIVALS);
    healthy(fixture, 10);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum load_stop stop = cases[i].stop;
        const char *says = stop == LOAD_STOP_REQUESTS ? "" : load_stop_words(stop);
        assert_int_equal(judge(fixture, stop, says), cases[i].verdict);
    }
    fixture_free(fixture);
}

static void a_rate_that_was_not_reached_is_inconclusive(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new("p95<2s", LOAD_ARRIVALS);
    for (unsigned i = 0; i < 10; i++) {
        second(fixture);
        fixture->report->rows[0].wanted += 10;
        fixture->report->rows[0].dropped += 10;
        add(fixture);
    }
    assert_int_equal(
        judge(fixture, LOAD_STOP_NONE, "100 of 600 starts never happened"),
        VERDICT_INCONCLUSIVE);
    fixture_free(fixture);
}

static void a_slow_generator_is_inconclusive(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new("p95<2s", LOAD_USERS);
    for (unsigned i = 0; i < 10; i++) {
        second(fixture);
        histogram_record(&fixture->report->health.lag, 15000, 100);
        add(fixture);
    }
    assert_int_equal(
        judge(fixture, LOAD_STOP_NONE, "its loop lagged: p99 15ms"),
        VERDICT_INCONCLUSIVE);
    assert_true(fixture->judgement.generator.limited);
    fixture_free(fixture);
}

/* A run whose latencies are all of `wait_us`,
 * with a generator that lags by as much or not at all. */
static enum verdict judge_lagging(uint32_t wait_us, uint32_t lag_us, const char *says) {
    struct fixture *fixture = fixture_new("p95<2s", LOAD_USERS);
    for (unsigned i = 0; i < 10; i++) {
        struct load_row *row = &second(fixture)->rows[0];
        histogram_record(&row->response, wait_us, UINT64_C(10) * PER_S);
        histogram_record(&fixture->report->health.lag, lag_us, 1000);
        add(fixture);
    }
    enum verdict verdict = judge(fixture, LOAD_STOP_NONE, says);
    fixture_free(fixture);
    return verdict;
}

static void what_a_slow_generator_breaks_is_not_the_target(void **state) {
    (void)state;
    assert_int_equal(
        judge_lagging(3000000, 2900000, "its loop lagged: p99 2.9"),
        VERDICT_INCONCLUSIVE);
    assert_int_equal(judge_lagging(3000000, 500000, "p95<2s: "), VERDICT_FAIL);
    assert_int_equal(judge_lagging(3000000, 100, "p95<2s: "), VERDICT_FAIL);
}

static void what_this_machine_lacks_is_not_the_target(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new("error_ratio<1%", LOAD_USERS);
    for (unsigned i = 0; i < 10; i++) {
        struct load_row *row = &second(fixture)->rows[0];
        row->failures[LOAD_FAILURE_CONNECT] = 20;
        fixture->report->health.starved = 20;
        add(fixture);
    }
    assert_int_equal(
        judge(fixture, LOAD_STOP_NONE, "was left for 200 connections"),
        VERDICT_INCONCLUSIVE);
    fixture_free(fixture);
}

static void what_omission_hides_is_told(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new("p95<2s", LOAD_ARRIVALS);
    for (unsigned i = 0; i < 10; i++) {
        second(fixture);
        histogram_record(&fixture->report->rows[0].response, 810000, 2);
        add(fixture);
    }
    judge(fixture, LOAD_STOP_NONE, "");
    assert_true(fabs(fixture->judgement.generator.hidden_s - 0.71) < 0.01);
    fixture_free(fixture);
}

static void jobs_count_as_one_wait_and_as_single_requests(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new("p50(chat)<1s", LOAD_USERS);
    for (unsigned i = 0; i < 10; i++) {
        second(fixture);
        fixture->report->rows[2].done = 75; /* three polls each */
        fixture->report->rows[0].jobs_good = 24;
        fixture->report->rows[0].jobs_bad = 1;
        histogram_record(&fixture->report->rows[0].job, 1500000, 25);
        add(fixture);
    }
    assert_int_equal(fixture->course->all.requests, 10 * (25 + 25 + 75));
    assert_int_equal(fixture->course->all.failures, 10);
    assert_int_equal(fixture->course->all.wait.count, 500);
    assert_int_equal(judge(fixture, LOAD_STOP_NONE, "1.50s of 250"), VERDICT_FAIL);
    fixture_free(fixture);
}

static void a_queue_that_grew_is_found_although_it_is_worked_off_at_the_end(
    void **state) {
    (void)state;
    struct fixture *fixture = fixture_new("p95<2s", LOAD_ARRIVALS);
    for (unsigned i = 0; i < 40; i++) {
        second(fixture);
        fixture->report->gauges.in_flight = UINT64_C(5) * i;
        add(fixture);
    }
    for (unsigned i = 0; i < 15; i++) {
        second(fixture);
        fixture->report->gauges.level_milli = 0;
        fixture->report->gauges.in_flight = 0;
        add(fixture);
    }
    assert_int_equal(judge(fixture, LOAD_STOP_NONE, "queue_grows: "), VERDICT_FAIL);
    fixture_free(fixture);
}

static void a_condition_to_abort_on_is_found(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new("p95<2s", LOAD_USERS);
    struct error err;
    assert_true(scenario_add_abort(fixture->scenario, "error_ratio>20% over 2s", &err));
    healthy(fixture, 5);
    assert_null(load_course_abort(fixture->course));
    for (unsigned i = 0; i < 2; i++) {
        second(fixture);
        fixture->report->rows[0].failures[LOAD_FAILURE_STATUS] = 20;
        add(fixture);
    }
    assert_non_null(load_course_abort(fixture->course));
    fixture_free(fixture);
}

static void a_long_run_takes_no_more_memory(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new(NULL, LOAD_USERS);
    fixture->scenario->plan.task_count = 1;
    for (unsigned i = 0; i < 2 * LOAD_MOMENTS_MAX + 10; i++) {
        second(fixture);
        fixture->report->row_count = 1;
        add(fixture);
    }
    const struct load_course *course = fixture->course;
    uint64_t done = 0;
    for (uint32_t i = 0; i < course->moment_count; i++) done += course->moments[i].done;
    assert_in_range(course->moment_count, LOAD_MOMENTS_MAX / 2, LOAD_MOMENTS_MAX);
    assert_int_equal(done, course->all.requests);
    assert_int_equal(course->moments[0].span_s, 4);
    fixture_free(fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_run_passes),
        cmocka_unit_test(a_broken_gate_fails_with_its_numbers),
        cmocka_unit_test(no_data_is_never_a_pass),
        cmocka_unit_test(an_end_that_is_none_is_said),
        cmocka_unit_test(a_rate_that_was_not_reached_is_inconclusive),
        cmocka_unit_test(a_slow_generator_is_inconclusive),
        cmocka_unit_test(what_a_slow_generator_breaks_is_not_the_target),
        cmocka_unit_test(what_this_machine_lacks_is_not_the_target),
        cmocka_unit_test(what_omission_hides_is_told),
        cmocka_unit_test(jobs_count_as_one_wait_and_as_single_requests),
        cmocka_unit_test(
            a_queue_that_grew_is_found_although_it_is_worked_off_at_the_end),
        cmocka_unit_test(a_condition_to_abort_on_is_found),
        cmocka_unit_test(a_long_run_takes_no_more_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
