/* Smoke tests against services that behave, that misbehave and that are not there. */
/* SPDX-License-Identifier: MIT */
#include "actions/smoke.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/hostile.h"
#include "support/service.h"
#include "support/test_folder.h"

enum { EVENTS_MAX = 64, GRACE_MS = 250 };

#define LIMIT_NS (5 * NS_PER_S)
#define JSON     "application/json"

struct fixture {
    struct loop *loop;
    struct service *service;
    struct hostile *hostile;
    struct test_folder folder;
    struct target target;
    struct redactor *redactor;
    /* of the last run */
    struct smoke_result result;
    unsigned ends;
    unsigned event_count;
    struct event events[EVENTS_MAX];
};

static struct error err;

static int start(void **state) {
    struct fixture *fixture = memory_new(sizeof *fixture);
    fixture->hostile = hostile_new();
    fixture->loop = loop_new();
    fixture->service = service_new(fixture->loop, 0);
    fixture->redactor = redactor_new();
    test_folder_init(&fixture->folder);
    char url[TARGET_URL_SIZE];
    service_url(fixture->service, url, sizeof url);
    assert_true(target_from_url(&fixture->target, url, &err));
    *state = fixture;
    return 0;
}

static int stop(void **state) {
    struct fixture *fixture = *state;
    service_free(fixture->service);
    loop_free(fixture->loop);
    hostile_free(fixture->hostile);
    redactor_free(fixture->redactor);
    test_folder_clear(&fixture->folder);
    free(fixture);
    return 0;
}

static void use_hostile(struct fixture *fixture) {
    char url[TARGET_URL_SIZE];
    hostile_url(fixture->hostile, "", url, sizeof url);
    assert_true(target_from_url(&fixture->target, url, &err));
}

static bool no_secret(
    char *value, size_t size, struct redactor *redactor, struct error *why) {
    if (strcmp(value, "${env:TOKEN}") != 0) {
        return error_set(why, ERROR_USAGE, "not set");
    }
    assert_true(redactor_add(redactor, slice_of("t0ken-of-the-file")));
    return text_copy(value, size, "t0ken-of-the-file");
}

static void on_event(void *owner, const struct event *event) {
    struct fixture *fixture = owner;
    assert_in_range(fixture->event_count, 0, EVENTS_MAX - 1);
    fixture->events[fixture->event_count++] = *event;
}

static void on_done(void *owner, const struct smoke_result *result) {
    struct fixture *fixture = owner;
    fixture->result = *result;
    fixture->ends++;
    loop_stop(fixture->loop);
}

static struct smoke_plan *plan_new(struct fixture *fixture, const char *yaml) {
    char path[TEST_PATH_SIZE];
    test_folder_path(&fixture->folder, "checks.yaml", path);
    if (yaml) test_folder_write(&fixture->folder, "checks.yaml", yaml);
    struct smoke_plan *plan =
        smoke_plan_new(&fixture->target, yaml ? path : NULL, no_secret, &err);
    if (!plan) fail_msg("%s", err.message);
    return plan;
}

static struct smoke_options options_of(
    struct fixture *fixture, const struct smoke_plan *plan) {
    return (struct smoke_options){
        .target = &fixture->target,
        .plan = plan,
        .redactor = fixture->redactor,
        .limit_ns = LIMIT_NS,
        .on_event = on_event,
        .on_done = on_done,
        .owner = fixture,
    };
}

static const struct smoke_result *run_with(
    struct fixture *fixture, struct smoke_options *options) {
    fixture->ends = fixture->event_count = 0;
    smoke_start(fixture->loop, options);
    assert_int_equal(fixture->ends, 0);
    loop_run(fixture->loop);
    assert_int_equal(fixture->ends, 1);
    return &fixture->result;
}

/* The checks of `yaml`, or the book's for NULL. */
static const struct smoke_result *run(struct fixture *fixture, const char *yaml) {
    struct smoke_plan *plan = plan_new(fixture, yaml);
    struct smoke_options options = options_of(fixture, plan);
    run_with(fixture, &options);
    smoke_plan_free(plan);
    return &fixture->result;
}

static void expect(
    const struct smoke_result *result, enum verdict verdict, enum smoke_end end) {
    if (result->verdict != verdict) printf("%s\n", result->reason);
    assert_string_equal(verdict_name(result->verdict), verdict_name(verdict));
    assert_string_equal(smoke_end_name(result->end), smoke_end_name(end));
}

static void answer_well(struct fixture *fixture) {
    service_answer(fixture->service, "/health", 200, JSON, "{\"status\": \"healthy\"}");
    service_answer(
        fixture->service, "/chat", 200, JSON, "{\"response\": \"It is 4.\"}");
    service_answer(
        fixture->service, "/metrics", 200, "text/plain", "agent_requests_total 7\n");
}

static void a_service_that_works_passes_the_three_of_the_book(void **state) {
    struct fixture *fixture = *state;
    answer_well(fixture);
    const struct smoke_result *result = run(fixture, NULL);
    expect(result, VERDICT_PASS, SMOKE_COMPLETE);
    assert_int_equal(result->passed, 3);
    assert_string_equal(result->checks[0].name, "Health check");
    assert_string_equal(result->checks[1].name, "Simple chat");
    assert_string_equal(result->checks[2].name, "Metrics endpoint");
    assert_true(service_was_written_to(fixture->service));
    assert_non_null(
        strstr(service_last_body(fixture->service), "")); /* the last was a GET */
}

static void an_empty_200_for_everything_does_not_pass(void **state) {
    struct fixture *fixture = *state;
    service_answer(fixture->service, "/health", 200, "text/plain", "");
    service_answer(fixture->service, "/chat", 200, "text/plain", "");
    service_answer(fixture->service, "/metrics", 200, "text/plain", "");
    const struct smoke_result *result = run(fixture, NULL);
    expect(result, VERDICT_FAIL, SMOKE_COMPLETE);
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
    struct fixture *fixture = *state;
    answer_well(fixture);
    service_answer(
        fixture->service, "/chat", 202, JSON,
        "{\"job_id\": \"a/../b c\", \"status\": \"queued\"}");
    service_answer_with(fixture->service, "/chat/a%2F..%2Fb%20c", JSON, say_job);
    expect(run(fixture, NULL), VERDICT_PASS, SMOKE_COMPLETE);
    assert_int_equal(service_asked(fixture->service, "/chat/a%2F..%2Fb%20c"), 3);
    assert_true(fixture->result.checks[1].duration_ns >= NS_PER_S);
}

static void a_job_that_fails_is_a_failure(void **state) {
    struct fixture *fixture = *state;
    answer_well(fixture);
    service_answer(fixture->service, "/chat", 202, JSON, "{\"job_id\": 7}");
    service_answer(
        fixture->service, "/chat/7", 200, JSON,
        "{\"status\": \"failed\", \"error\": \"no model\"}");
    expect(run(fixture, NULL), VERDICT_FAIL, SMOKE_COMPLETE);
    assert_string_equal(
        fixture->result.checks[1].detail, "answer: wanted contains \"4\", got nothing");
}

static void say_later(uint32_t count, char *body, size_t size) {
    snprintf(body, size, "{\"n\": %u}", count);
}

static void a_pass_after_a_retry_is_flaky(void **state) {
    struct fixture *fixture = *state;
    service_answer_with(fixture->service, "/n", JSON, say_later);
    const struct smoke_result *result =
        run(fixture, "version: 1\nchecks:\n"
                     "  - {name: a, get: /n, retries: 3, expect: {json: {$.n: 2}}}\n");
    expect(result, VERDICT_PASS, SMOKE_COMPLETE);
    assert_true(result->checks[0].flaky);
    assert_int_equal(result->checks[0].attempts, 3);
    assert_int_equal(result->flaky, 1);
    assert_string_equal(result->checks[0].detail, "$.n: wanted 2, got 1");

    result =
        run(fixture, "version: 1\nchecks:\n"
                     "  - {name: a, get: /n, retries: 2, expect: {json: {$.n: 0}}}\n");
    expect(result, VERDICT_FAIL, SMOKE_COMPLETE);
    assert_int_equal(result->checks[0].attempts, 3);
}

#define TWO_CHECKS(more)                                                  \
    "version: 1\nchecks:\n  - {name: a, get: /nowhere, expect: {status: " \
    "200}" more "}\n  - {name: b, get: /health, expect: {status: 200}}\n"

static void a_failure_may_end_the_run(void **state) {
    struct fixture *fixture = *state;
    answer_well(fixture);
    expect(run(fixture, TWO_CHECKS("")), VERDICT_FAIL, SMOKE_COMPLETE);
    assert_int_equal(fixture->result.passed, 1);

    expect(run(fixture, TWO_CHECKS(", critical: true")), VERDICT_FAIL, SMOKE_CUT);
    assert_int_equal(fixture->result.not_run, 1);

    struct smoke_plan *plan = plan_new(fixture, TWO_CHECKS(""));
    struct smoke_options options = options_of(fixture, plan);
    options.fail_fast = true;
    expect(run_with(fixture, &options), VERDICT_FAIL, SMOKE_CUT);
    smoke_plan_free(plan);
}

static void values_are_put_in_once_and_escaped(void **state) {
    struct fixture *fixture = *state;
    service_answer(
        fixture->service, "/first", 200, JSON,
        "{\"id\": \"x\\\"y ${run_id}/?\", \"n\": 12}");
    service_answer(
        fixture->service, "/x%22y%20%24%7Brun_id%7D%2F%3F", 200, JSON, "{\"ok\": 1}");
    service_answer(fixture->service, "/echo", 200, JSON, "{}");
    service_keep_header(fixture->service, "X-Token");
    const struct smoke_result *result =
        run(fixture,
            "version: 1\nvars: {who: 'a \"b\"'}\nchecks:\n"
            "  - {name: a, get: /first, expect: {status: 200}}\n"
            "  - {name: b, get: '/${$.id}', expect: {json: {$.ok: 1}}}\n"
            "  - {name: c, get: /first, expect: {status: 200}}\n"
            "  - name: d\n"
            "    post: /echo\n"
            "    json: {who: '${who}', id: '${$.id}', n: 7, s: '7', r: '${run_id}'}\n"
            "    headers: {X-Token: 'Bearer ${env:TOKEN}'}\n"
            "    expect: {status: 200}\n");
    expect(result, VERDICT_PASS, SMOKE_COMPLETE);
    char run_id[ULID_STRING_SIZE];
    char wanted[256];
    ulid_to_string(result->run, run_id);
    snprintf(
        wanted, sizeof wanted,
        "{\"who\":\"a \\\"b\\\"\",\"id\":\"x\\\"y ${run_id}/?\",\"n\":7,\"s\":\"7\","
        "\"r\":\"%s\"}",
        run_id);
    assert_string_equal(service_last_body(fixture->service), wanted);
    assert_string_equal(
        service_last_header(fixture->service), "Bearer t0ken-of-the-file");
}

static void a_value_that_is_missing_fails_the_check(void **state) {
    struct fixture *fixture = *state;
    answer_well(fixture);
    const struct smoke_result *result =
        run(fixture, "version: 1\nchecks:\n"
                     "  - {name: a, get: /health, expect: {status: 200}}\n"
                     "  - {name: b, get: '/x/${$.job_id}', expect: {status: 200}}\n");
    expect(result, VERDICT_FAIL, SMOKE_COMPLETE);
    assert_string_equal(
        result->checks[1].detail, "the answer before has no single value at $.job_id");
}

static void a_poll_of_a_file_ends_or_times_out(void **state) {
    struct fixture *fixture = *state;
    service_answer(fixture->service, "/start", 202, JSON, "{\"job_id\": \"7\"}");
    service_answer_with(fixture->service, "/jobs/7", JSON, say_job);
    const char *yaml = "version: 1\nchecks:\n"
                       "  - name: a\n"
                       "    post: /start\n"
                       "    poll:\n"
                       "      get: /jobs/${$.job_id}\n"
                       "      until: {json: {$.status: [completed, failed]}}\n"
                       "      every: 20ms\n"
                       "      timeout: 100ms\n"
                       "    expect: {status: 202, json: {$.response: '4'}}\n";
    expect(run(fixture, yaml), VERDICT_PASS, SMOKE_COMPLETE);

    service_answer(fixture->service, "/jobs/7", 200, JSON, "{\"status\": \"queued\"}");
    expect(run(fixture, yaml), VERDICT_FAIL, SMOKE_COMPLETE);
    assert_non_null(strstr(fixture->result.reason, "still not done after"));

    service_answer(fixture->service, "/jobs/7", 500, JSON, "{}");
    expect(run(fixture, yaml), VERDICT_FAIL, SMOKE_COMPLETE);
    assert_string_equal(fixture->result.checks[0].detail, "polling: HTTP 500");
}

static void secrets_and_escapes_do_not_come_out(void **state) {
    struct fixture *fixture = *state;
    assert_true(redactor_add(fixture->redactor, slice_of("hunter2-hunter2")));
    service_answer(
        fixture->service, "/x", 200, "text/plain",
        "he said hunter2-hunter2 and t0ken-of-the-file \x1b]0;owned\x07\n::error::x");
    const struct smoke_result *result =
        run(fixture, "version: 1\nchecks:\n  - name: a\n    get: /x\n"
                     "    headers: {X-Token: '${env:TOKEN}'}\n"
                     "    expect: {body: {contains: well}}\n");
    expect(result, VERDICT_FAIL, SMOKE_COMPLETE);
    const char *detail = result->checks[0].detail;
    assert_null(strstr(detail, "hunter2"));
    assert_null(strstr(detail, "t0ken"));
    assert_non_null(strstr(detail, "he said *** and *** "));
    assert_null(strpbrk(detail, "\x1b\x07\n"));
}

static void a_target_that_is_not_there_is_judged_no_further(void **state) {
    struct fixture *fixture = *state;
    assert_true(target_from_url(&fixture->target, "http://127.0.0.1:1", &err));
    expect(run(fixture, NULL), VERDICT_ERROR, SMOKE_UNREACHED);
    assert_int_equal(fixture->result.not_run, 2);
    assert_string_equal(fixture->result.reason, "127.0.0.1:1: Connection refused");
}

static void the_time_for_the_run_is_kept(void **state) {
    struct fixture *fixture = *state;
    use_hostile(fixture);
    struct smoke_plan *plan = plan_new(
        fixture, "version: 1\nchecks:\n"
                 "  - {name: a, get: /empty-200, expect: {status: 200}}\n"
                 "  - {name: b, get: /never-answers, expect: {status: 200}}\n"
                 "  - {name: c, get: /empty-200, expect: {status: 200}}\n");
    struct smoke_options options = options_of(fixture, plan);
    options.limit_ns = 300 * NS_PER_MS;
    const struct smoke_result *result = run_with(fixture, &options);
    expect(result, VERDICT_INCONCLUSIVE, SMOKE_TIMED_OUT);
    assert_int_equal(result->passed, 1);
    assert_int_equal(result->inconclusive, 1);
    assert_int_equal(result->not_run, 1);
    assert_in_range(result->duration_ns / NS_PER_MS, 300, 300 + GRACE_MS);
    smoke_plan_free(plan);

    plan = plan_new(
        fixture, "version: 1\nchecks:\n"
                 "  - {name: b, get: /never-answers, expect: {status: 200}}\n");
    options = options_of(fixture, plan);
    options.limit_ns = 300 * NS_PER_MS;
    expect(run_with(fixture, &options), VERDICT_ERROR, SMOKE_UNREACHED);
    smoke_plan_free(plan);
}

/* What may pass: these say that they are healthy, only with odd bytes around it. */
static bool says_healthy(const char *name) {
    return strcmp(name, "json-escapes") == 0 || strcmp(name, "header-escapes") == 0;
}

static void no_hostile_case_looks_healthy(void **state) {
    struct fixture *fixture = *state;
    use_hostile(fixture);
    for (size_t i = 0; hostile_case(i); i++) {
        const char *name = hostile_case(i);
        char yaml[512];
        snprintf(
            yaml, sizeof yaml,
            "version: 1\ndefaults: {timeout: 300ms}\nchecks:\n"
            "  - {name: a, get: /%s, expect: {status: 200, healthy: true}}\n",
            name);
        const struct smoke_result *result = run(fixture, yaml);
        printf("%s: %s\n", name, result->checks[0].detail);
        assert_int_equal(result->verdict == VERDICT_PASS, says_healthy(name));
        assert_true(result->checks[0].detail[0] != '\0');
        assert_null(strpbrk(result->checks[0].detail, "\x1b\x07\n"));
        assert_in_range(result->duration_ns / NS_PER_MS, 0, 300 + GRACE_MS);
    }
}

static void events_tell_the_run_as_it_goes(void **state) {
    struct fixture *fixture = *state;
    answer_well(fixture);
    run(fixture, NULL);
    static const enum event_kind kinds[] = {EVENT_RUN,   EVENT_CHECK, EVENT_CHECK,
                                            EVENT_CHECK, EVENT_CHECK, EVENT_CHECK,
                                            EVENT_CHECK, EVENT_RUN};
    assert_int_equal(fixture->event_count, sizeof kinds / sizeof *kinds);
    for (unsigned i = 0; i < fixture->event_count; i++) {
        assert_int_equal(fixture->events[i].kind, kinds[i]);
        assert_memory_equal(fixture->events[i].run, fixture->result.run, ULID_SIZE);
    }
    assert_true(fixture->events[0].run_status.active);
    assert_true(fixture->events[1].check.row.running);
    assert_false(fixture->events[1].check.row.done);
    assert_int_equal(fixture->events[1].check.index, 0);
    assert_int_equal(fixture->events[1].check.total, 3);
    assert_true(fixture->events[2].check.row.done);
    assert_false(fixture->events[7].run_status.active);
    assert_int_equal(fixture->events[7].run_status.passed, 3);
    assert_int_equal(fixture->events[7].run_status.verdict, VERDICT_PASS);
}

static void stopping_leaves_the_rest_inconclusive(void **state) {
    struct fixture *fixture = *state;
    use_hostile(fixture);
    struct smoke_plan *plan = plan_new(
        fixture, "version: 1\nchecks:\n"
                 "  - {name: b, get: /never-answers, expect: {status: 200}}\n"
                 "  - {name: c, get: /empty-200, expect: {status: 200}}\n");
    struct smoke_options options = options_of(fixture, plan);
    fixture->ends = fixture->event_count = 0;
    struct smoke *smoke = smoke_start(fixture->loop, &options);
    smoke_stop(smoke);
    smoke_stop(smoke);
    assert_int_equal(fixture->ends, 0);
    loop_run(fixture->loop);
    assert_int_equal(fixture->ends, 1);
    expect(&fixture->result, VERDICT_INCONCLUSIVE, SMOKE_STOPPED);

    smoke_free(smoke_start(fixture->loop, &options));
    smoke_free(NULL);
    smoke_plan_free(plan);
}

static void expect_refused(
    struct fixture *fixture, const char *yaml, const char *message) {
    char path[TEST_PATH_SIZE];
    char wanted[512];
    test_folder_path(&fixture->folder, "checks.yaml", path);
    test_folder_write(&fixture->folder, "checks.yaml", yaml);
    assert_null(smoke_plan_new(&fixture->target, path, no_secret, &err));
    snprintf(wanted, sizeof wanted, "%s%s", path, message);
    assert_string_equal(err.message, wanted);
}

static void a_file_that_is_not_right_is_refused(void **state) {
    struct fixture *fixture = *state;
    expect_refused(
        fixture, "version: 1\nchecks: []\n", ":2:9: checks: at least 1 entry");
    expect_refused(
        fixture,
        "version: 1\nchecks:\n  - {name: a, get: '/${who}', expect: {status: 200}}\n",
        ":3:20: unknown variable \"who\" (known: run_id, and what stands in vars)");
    expect_refused(
        fixture,
        "version: 1\nchecks:\n  - name: a\n    post: /x\n    json: {k: ['${env:NO}']}\n"
        "    expect: {status: 200}\n",
        ":5:16: not set");
    expect_refused(
        fixture, "version: 1\n\tchecks",
        ":2:1: found a tab character that violates indentation while scanning a plain "
        "scalar");
    assert_null(smoke_plan_new(&fixture->target, "/nowhere/x.yaml", no_secret, &err));
    assert_string_equal(err.message, "/nowhere/x.yaml: No such file or directory");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

static bool may_not(void *owner) {
    const struct fixture *fixture = owner;
    return fixture->ends > 0;
}

/* Somebody else has the target now: looking is all that is left. */
static void what_acts_is_not_sent_once_it_may_not(void **state) {
    struct fixture *fixture = *state;
    answer_well(fixture);
    struct smoke_plan *plan = plan_new(fixture, NULL);
    struct smoke_options options = options_of(fixture, plan);
    options.may_act = may_not;
    const struct smoke_result *result = run_with(fixture, &options);
    expect(result, VERDICT_INCONCLUSIVE, SMOKE_STOPPED);
    assert_int_equal(result->passed, 1);
    assert_false(service_was_written_to(fixture->service));
    smoke_plan_free(plan);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_service_that_works_passes_the_three_of_the_book),
        TEST(an_empty_200_for_everything_does_not_pass),
        TEST(a_202_is_polled_to_its_end),
        TEST(a_job_that_fails_is_a_failure),
        TEST(a_pass_after_a_retry_is_flaky),
        TEST(a_failure_may_end_the_run),
        TEST(values_are_put_in_once_and_escaped),
        TEST(a_value_that_is_missing_fails_the_check),
        TEST(a_poll_of_a_file_ends_or_times_out),
        TEST(secrets_and_escapes_do_not_come_out),
        TEST(a_target_that_is_not_there_is_judged_no_further),
        TEST(the_time_for_the_run_is_kept),
        TEST(no_hostile_case_looks_healthy),
        TEST(events_tell_the_run_as_it_goes),
        TEST(stopping_leaves_the_rest_inconclusive),
        TEST(what_acts_is_not_sent_once_it_may_not),
        TEST(a_file_that_is_not_right_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
