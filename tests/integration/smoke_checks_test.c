/* Checks from a file: values that are put in, polling, and files that are refused. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/smoked.h"

static void values_are_put_in_once_and_escaped(void **state) {
    struct smoked *smoked = *state;
    service_answer(
        smoked->service, "/first", 200, SMOKED_JSON,
        "{\"id\": \"x\\\"y ${run_id}/?\", \"n\": 12}");
    service_answer(
        smoked->service, "/x%22y%20%24%7Brun_id%7D%2F%3F", 200, SMOKED_JSON,
        "{\"ok\": 1}");
    service_answer(smoked->service, "/echo", 200, SMOKED_JSON, "{}");
    service_keep_header(smoked->service, "X-Token");
    const struct smoke_result *result = smoked_run(
        smoked,
        "version: 1\nvars: {who: 'a \"b\"'}\nchecks:\n"
        "  - {name: a, get: /first, expect: {status: 200}}\n"
        "  - {name: b, get: '/${$.id}', expect: {json: {$.ok: 1}}}\n"
        "  - {name: c, get: /first, expect: {status: 200}}\n"
        "  - name: d\n"
        "    post: /echo\n"
        "    json: {who: '${who}', id: '${$.id}', n: 7, s: '7', r: '${run_id}'}\n"
        "    headers: {X-Token: 'Bearer ${env:TOKEN}'}\n"
        "    expect: {status: 200}\n");
    smoked_expect(result, VERDICT_PASS, SMOKE_COMPLETE);
    char run_id[ULID_STRING_SIZE];
    char wanted[256];
    ulid_to_string(result->run, run_id);
    snprintf(
        wanted, sizeof wanted,
        "{\"who\":\"a \\\"b\\\"\",\"id\":\"x\\\"y ${run_id}/?\",\"n\":7,\"s\":\"7\","
        "\"r\":\"%s\"}",
        run_id);
    assert_string_equal(service_last_body(smoked->service), wanted);
    assert_string_equal(
        service_last_header(smoked->service), "Bearer t0ken-of-the-file");
}

#define STREAM(path, sse)                        \
    "version: 1\nchecks: [{name: a, post: " path \
    ", json: {stream: true}, expect: {sse: " sse "}}]\n"

static const struct {
    const char *checks, *detail;
    enum verdict verdict;
} streams[] = {
    {STREAM(
         "/whole", "{first_event: {max: 9s}, gap: {max: 9s}, ends_with: message_stop, "
                   "no_event: error}"),
     "HTTP 200", VERDICT_PASS},
    {STREAM("/whole", "{}"), "HTTP 200", VERDICT_PASS},
    {STREAM("/whole", "{no_event: [error, ping]}"),
     "events: wanted no event \"ping\", got one", VERDICT_FAIL},
    {STREAM("/whole", "{ends_with: [DONE, message_start]}"),
     "last event: wanted \"DONE\" or \"message_start\", got \"message_stop\"",
     VERDICT_FAIL},
    {STREAM("/whole", "{first_event: {max: 1us}}"), "first event: wanted at most ",
     VERDICT_FAIL},
    {STREAM("/cut", "{ends_with: message_stop}"),
     "last event: wanted \"message_stop\", got \"message_start\"", VERDICT_FAIL},
    {STREAM("/empty", "{no_event: error}"), "stream: wanted events, got none",
     VERDICT_INCONCLUSIVE},
    {STREAM("/json", "{no_event: error}"),
     "stream: wanted text/event-stream, got application/json", VERDICT_FAIL},
};

static void a_stream_is_judged_by_its_events(void **state) {
    struct smoked *smoked = *state;
    static const char type[] = "text/event-stream";
    service_answer(
        smoked->service, "/whole", 200, type,
        "event: message_start\ndata: {}\n\nevent: ping\ndata: {}\n\n"
        "event: message_stop\ndata: {}\n\n");
    service_answer(
        smoked->service, "/cut", 200, type,
        "event: message_start\ndata: {}\n\nevent: message_stop\n");
    service_answer(smoked->service, "/empty", 200, type, ": nothing\n\n");
    service_answer(smoked->service, "/json", 200, SMOKED_JSON, "{}");
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        const struct smoke_result *result = smoked_run(smoked, streams[i].checks);
        smoked_expect(result, streams[i].verdict, SMOKE_COMPLETE);
        if (strstr(result->checks[0].detail, streams[i].detail)) continue;
        fail_msg("%zu: %s", i, result->checks[0].detail);
    }
}

static void a_value_that_is_missing_fails_the_check(void **state) {
    struct smoked *smoked = *state;
    smoked_answer_well(smoked);
    const struct smoke_result *result = smoked_run(
        smoked, "version: 1\nchecks:\n"
                "  - {name: a, get: /health, expect: {status: 200}}\n"
                "  - {name: b, get: '/x/${$.job_id}', expect: {status: 200}}\n");
    smoked_expect(result, VERDICT_FAIL, SMOKE_COMPLETE);
    assert_string_equal(
        result->checks[1].detail, "the answer before has no single value at $.job_id");
}

static void say_job(uint32_t count, char *body, size_t size) {
    snprintf(
        body, size,
        count < 2 ? "{\"status\": \"processing\"}"
                  : "{\"status\": \"completed\", \"response\": \"4\"}");
}

static void a_poll_of_a_file_ends_or_times_out(void **state) {
    struct smoked *smoked = *state;
    service_answer(smoked->service, "/start", 202, SMOKED_JSON, "{\"job_id\": \"7\"}");
    service_answer_with(smoked->service, "/jobs/7", SMOKED_JSON, say_job);
    const char *yaml = "version: 1\nchecks:\n"
                       "  - name: a\n"
                       "    post: /start\n"
                       "    poll:\n"
                       "      get: /jobs/${$.job_id}\n"
                       "      until: {json: {$.status: [completed, failed]}}\n"
                       "      every: 20ms\n"
                       "      timeout: 100ms\n"
                       "    expect: {status: 202, json: {$.response: '4'}}\n";
    smoked_expect(smoked_run(smoked, yaml), VERDICT_PASS, SMOKE_COMPLETE);

    service_answer(
        smoked->service, "/jobs/7", 200, SMOKED_JSON, "{\"status\": \"queued\"}");
    smoked_expect(smoked_run(smoked, yaml), VERDICT_FAIL, SMOKE_COMPLETE);
    assert_non_null(strstr(smoked->result.reason, "still not done after"));

    service_answer(smoked->service, "/jobs/7", 500, SMOKED_JSON, "{}");
    smoked_expect(smoked_run(smoked, yaml), VERDICT_FAIL, SMOKE_COMPLETE);
    assert_string_equal(smoked->result.checks[0].detail, "polling: HTTP 500");
}

static void expect_refused(
    struct smoked *smoked, const char *yaml, const char *message) {
    char path[TEST_PATH_SIZE];
    char wanted[512];
    test_folder_path(&smoked->folder, "checks.yaml", path);
    test_folder_write(&smoked->folder, "checks.yaml", yaml);
    assert_null(smoke_plan_new(&smoked->target, path, smoked_secret, &smoked->err));
    snprintf(wanted, sizeof wanted, "%s%s", path, message);
    assert_string_equal(smoked->err.message, wanted);
}

static void a_file_that_is_not_right_is_refused(void **state) {
    struct smoked *smoked = *state;
    expect_refused(
        smoked, "version: 1\nchecks: []\n", ":2:9: checks: at least 1 entry");
    expect_refused(
        smoked,
        "version: 1\nchecks:\n  - {name: a, get: '/${who}', expect: {status: 200}}\n",
        ":3:20: unknown variable \"who\" (known: run_id, and what stands in vars)");
    expect_refused(
        smoked,
        "version: 1\nchecks:\n  - name: a\n    post: /x\n    json: {k: ['${env:NO}']}\n"
        "    expect: {status: 200}\n",
        ":5:16: not set");
    expect_refused(
        smoked, "version: 1\n\tchecks",
        ":2:1: found a tab character that violates indentation while scanning a plain "
        "scalar");
    assert_null(smoke_plan_new(
        &smoked->target, "/nowhere/x.yaml", smoked_secret, &smoked->err));
    assert_string_equal(
        smoked->err.message, "/nowhere/x.yaml: No such file or directory");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, smoked_start, smoked_stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(values_are_put_in_once_and_escaped),
        TEST(a_stream_is_judged_by_its_events),
        TEST(a_value_that_is_missing_fails_the_check),
        TEST(a_poll_of_a_file_ends_or_times_out),
        TEST(a_file_that_is_not_right_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
