/* Smoke tests against services that work, that fail and that take their time. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "support/smoked.h"

static void a_service_that_works_passes_the_three_of_the_book(void **state) {
    struct smoked *smoked = *state;
    smoked_answer_well(smoked);
    const struct smoke_result *result = smoked_run(smoked, NULL);
    smoked_expect(result, VERDICT_PASS, SMOKE_COMPLETE);
    assert_int_equal(result->passed, 3);
    assert_string_equal(result->checks[0].name, "Health check");
    assert_string_equal(result->checks[1].name, "Simple chat");
    assert_string_equal(result->checks[2].name, "Metrics endpoint");
    assert_true(service_was_written_to(smoked->service));
    assert_non_null(
        strstr(service_last_body(smoked->service), "")); /* the last was a GET */
}

static void an_empty_200_for_everything_does_not_pass(void **state) {
    struct smoked *smoked = *state;
    service_answer(smoked->service, "/health", 200, "text/plain", "");
    service_answer(smoked->service, "/chat", 200, "text/plain", "");
    service_answer(smoked->service, "/metrics", 200, "text/plain", "");
    const struct smoke_result *result = smoked_run(smoked, NULL);
    smoked_expect(result, VERDICT_FAIL, SMOKE_COMPLETE);
    assert_int_equal(result->passed, 0);
    assert_int_equal(result->checks[0].verdict, VERDICT_INCONCLUSIVE);
    assert_int_equal(result->checks[1].verdict, VERDICT_FAIL);
    assert_int_equal(result->checks[2].verdict, VERDICT_INCONCLUSIVE);
}

static void say_job(uint32_t count, char *body, size_t size) {
    snprintf(
        body, size,
        count < 2 ? "{\"status\": \"processing\"}"
                  : "{\"status\": \"completed\", \"response\": \"4\"}");
}

static void a_202_is_polled_to_its_end(void **state) {
    struct smoked *smoked = *state;
    smoked_answer_well(smoked);
    service_answer(
        smoked->service, "/chat", 202, SMOKED_JSON,
        "{\"job_id\": \"a/../b c\", \"status\": \"queued\"}");
    service_answer_with(smoked->service, "/chat/a%2F..%2Fb%20c", SMOKED_JSON, say_job);
    smoked_expect(smoked_run(smoked, NULL), VERDICT_PASS, SMOKE_COMPLETE);
    assert_int_equal(service_asked(smoked->service, "/chat/a%2F..%2Fb%20c"), 3);
    assert_true(smoked->result.checks[1].duration_ns >= NS_PER_S);
}

static void a_job_that_fails_is_a_failure(void **state) {
    struct smoked *smoked = *state;
    smoked_answer_well(smoked);
    service_answer(smoked->service, "/chat", 202, SMOKED_JSON, "{\"job_id\": 7}");
    service_answer(
        smoked->service, "/chat/7", 200, SMOKED_JSON,
        "{\"status\": \"failed\", \"error\": \"no model\"}");
    smoked_expect(smoked_run(smoked, NULL), VERDICT_FAIL, SMOKE_COMPLETE);
    assert_string_equal(
        smoked->result.checks[1].detail, "answer: wanted contains \"4\", got nothing");
}

static void say_later(uint32_t count, char *body, size_t size) {
    snprintf(body, size, "{\"n\": %u}", count);
}

static void a_pass_after_a_retry_is_flaky(void **state) {
    struct smoked *smoked = *state;
    service_answer_with(smoked->service, "/n", SMOKED_JSON, say_later);
    const struct smoke_result *result = smoked_run(
        smoked, "version: 1\nchecks:\n"
                "  - {name: a, get: /n, retries: 3, expect: {json: {$.n: 2}}}\n");
    smoked_expect(result, VERDICT_PASS, SMOKE_COMPLETE);
    assert_true(result->checks[0].flaky);
    assert_int_equal(result->checks[0].attempts, 3);
    assert_int_equal(result->flaky, 1);
    assert_string_equal(result->checks[0].detail, "$.n: wanted 2, got 1");

    result = smoked_run(
        smoked, "version: 1\nchecks:\n"
                "  - {name: a, get: /n, retries: 2, expect: {json: {$.n: 0}}}\n");
    smoked_expect(result, VERDICT_FAIL, SMOKE_COMPLETE);
    assert_int_equal(result->checks[0].attempts, 3);
}

#define TWO_CHECKS(more)                                                  \
    "version: 1\nchecks:\n  - {name: a, get: /nowhere, expect: {status: " \
    "200}" more "}\n  - {name: b, get: /health, expect: {status: 200}}\n"

static void a_failure_may_end_the_run(void **state) {
    struct smoked *smoked = *state;
    smoked_answer_well(smoked);
    smoked_expect(smoked_run(smoked, TWO_CHECKS("")), VERDICT_FAIL, SMOKE_COMPLETE);
    assert_int_equal(smoked->result.passed, 1);

    smoked_expect(
        smoked_run(smoked, TWO_CHECKS(", critical: true")), VERDICT_FAIL, SMOKE_CUT);
    assert_int_equal(smoked->result.not_run, 1);

    struct smoke_plan *plan = smoked_plan(smoked, TWO_CHECKS(""));
    struct smoke_options options = smoked_options(smoked, plan);
    options.fail_fast = true;
    smoked_expect(smoked_run_with(smoked, &options), VERDICT_FAIL, SMOKE_CUT);
    smoke_plan_free(plan);
}

static void events_tell_the_run_as_it_goes(void **state) {
    struct smoked *smoked = *state;
    smoked_answer_well(smoked);
    smoked_run(smoked, NULL);
    enum { WAITING = 2, LAST = 9 };
    static const enum event_kind kinds[LAST + 1] = {
        EVENT_RUN,   EVENT_CHECK, EVENT_CHECK, EVENT_CHECK, EVENT_CHECK,
        EVENT_CHECK, EVENT_CHECK, EVENT_CHECK, EVENT_CHECK, EVENT_RUN};
    assert_int_equal(smoked->event_count, sizeof kinds / sizeof *kinds);
    for (unsigned i = 0; i < smoked->event_count; i++) {
        assert_int_equal(smoked->events[i].kind, kinds[i]);
        assert_memory_equal(smoked->events[i].run, smoked->result.run, ULID_SIZE);
    }
    assert_true(smoked->events[0].run_status.active);
    assert_true(smoked->events[1].check.row.running);
    assert_false(smoked->events[1].check.row.done);
    assert_int_equal(smoked->events[1].check.index, 0);
    assert_int_equal(smoked->events[1].check.total, 3);
    for (unsigned i = 2; i < 2 + WAITING; i++) {
        const struct check_event *check = &smoked->events[i].check;
        assert_int_equal(check->index, i - 1);
        assert_string_equal(check->row.name, smoked->result.checks[i - 1].name);
        assert_false(check->row.running || check->row.done);
    }
    assert_true(smoked->events[2 + WAITING].check.row.done);
    assert_false(smoked->events[LAST].run_status.active);
    assert_int_equal(smoked->events[LAST].run_status.passed, 3);
    assert_int_equal(smoked->events[LAST].run_status.verdict, VERDICT_PASS);
}

static void stopping_leaves_the_rest_inconclusive(void **state) {
    struct smoked *smoked = *state;
    smoked_use_hostile(smoked);
    struct smoke_plan *plan = smoked_plan(
        smoked, "version: 1\nchecks:\n"
                "  - {name: b, get: /never-answers, expect: {status: 200}}\n"
                "  - {name: c, get: /empty-200, expect: {status: 200}}\n");
    struct smoke_options options = smoked_options(smoked, plan);
    smoked->ends = smoked->event_count = 0;
    struct smoke *smoke = smoke_start(smoked->loop, &options);
    smoke_stop(smoke);
    smoke_stop(smoke);
    assert_int_equal(smoked->ends, 0);
    loop_run(smoked->loop);
    assert_int_equal(smoked->ends, 1);
    smoked_expect(&smoked->result, VERDICT_INCONCLUSIVE, SMOKE_STOPPED);

    smoke_free(smoke_start(smoked->loop, &options));
    smoke_free(NULL);
    smoke_plan_free(plan);
}

static bool may_not(void *owner) {
    const struct smoked *smoked = owner;
    return smoked->ends > 0;
}

/* Somebody else has the target now: looking is all that is left. */
static void what_acts_is_not_sent_once_it_may_not(void **state) {
    struct smoked *smoked = *state;
    smoked_answer_well(smoked);
    struct smoke_plan *plan = smoked_plan(smoked, NULL);
    struct smoke_options options = smoked_options(smoked, plan);
    options.may_act = may_not;
    const struct smoke_result *result = smoked_run_with(smoked, &options);
    smoked_expect(result, VERDICT_INCONCLUSIVE, SMOKE_STOPPED);
    assert_int_equal(result->passed, 1);
    assert_false(service_was_written_to(smoked->service));
    smoke_plan_free(plan);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, smoked_start, smoked_stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_service_that_works_passes_the_three_of_the_book),
        TEST(an_empty_200_for_everything_does_not_pass),
        TEST(a_202_is_polled_to_its_end),
        TEST(a_job_that_fails_is_a_failure),
        TEST(a_pass_after_a_retry_is_flaky),
        TEST(a_failure_may_end_the_run),
        TEST(events_tell_the_run_as_it_goes),
        TEST(stopping_leaves_the_rest_inconclusive),
        TEST(what_acts_is_not_sent_once_it_may_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
