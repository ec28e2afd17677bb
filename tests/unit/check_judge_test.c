/* SPDX-License-Identifier: MIT */
#include "core/check_judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/units.h"
#include "io/json.h"
#include "io/regex.h"
#include "io/yaml.h"

static struct error err;

static bool try_regex(
    struct slice pattern, struct slice subject, bool *matches, struct error *why) {
    struct regex *regex = regex_new(pattern, why);
    if (!regex) return false;
    bool tried = regex_matches(regex, subject, matches, why);
    regex_free(regex);
    return tried;
}

/* What a check that expects `expect` says of an answer with that status and body. */
static struct check_finding judge(
    const char *expect, unsigned status, const char *body, uint64_t took_ns) {
    static const struct check_header headers[] = {{"content-type", "text/plain"}};
    char yaml[1024];
    snprintf(
        yaml, sizeof yaml, "version: 1\nchecks: [{name: a, %s, expect: %s}]\n",
        strstr(expect, "answer") ? "chat: hi" : "get: /", expect);
    struct document *file = yaml_parse(slice_of(yaml), "f", &err);
    if (!file) fail_msg("%s", err.message);
    struct checks *checks = memory_new(sizeof *checks);
    struct mistakes mistakes;
    mistakes_init(&mistakes, "f");
    if (!checks_read(checks, document_root(file), try_regex, &mistakes)) {
        fail_msg("%s: %s", expect, mistakes.items[0].words);
    }

    struct document *json = json_parse(slice_of(body), &err);
    const struct node *root = json ? document_root(json) : NULL;
    struct check_answer answer = {
        .status = status,
        .headers = headers,
        .header_count = 1,
        .body = slice_of(body),
        .json = root,
        .json_problem = json ? "" : err.message,
        .answer = node_get(root, "response"),
        .total_ns = took_ns,
    };
    struct check_finding finding = check_judge(&checks->items[0], &answer, try_regex);
    document_free(json);
    document_free(file);
    free(checks);
    return finding;
}

static void answers_are_judged_by_what_is_expected(void **state) {
    (void)state;
    static const struct {
        const char *expect;
        unsigned status;
        enum verdict verdict;
        const char *body;
    } cases[] = {
        {"{status: 200}", 200, VERDICT_PASS, ""},
        {"{status: 200}", 503, VERDICT_FAIL, ""},
        {"{status: [200, 202]}", 202, VERDICT_PASS, ""},
        {"{status: 404}", 404, VERDICT_PASS, ""},
        {"{status: 200}", 401, VERDICT_ERROR, ""},
        {"{status: 401}", 401, VERDICT_PASS, ""},
        {"{body: {contains: a}}", 500, VERDICT_FAIL, "a"},
        {"{body: {contains: a}}", 204, VERDICT_PASS, "a"},
        {"{body: {contains: b}}", 200, VERDICT_FAIL, "a"},
        {"{body_lacks: [x, y]}", 200, VERDICT_PASS, "a"},
        {"{body_lacks: [x, y]}", 200, VERDICT_FAIL, "say y"},
        {"{headers: {Content-Type: {contains: text}}}", 200, VERDICT_PASS, ""},
        {"{headers: {X-Other: {exists: true}}}", 200, VERDICT_FAIL, ""},
        {"{headers: {X-Other: {exists: false}}}", 200, VERDICT_PASS, ""},
        {"{json: {$.a: 1}}", 200, VERDICT_PASS, "{\"a\": 1}"},
        {"{json: {$.a: 1}}", 200, VERDICT_FAIL, "{\"b\": 1}"},
        {"{json: {$.a: 1}}", 200, VERDICT_FAIL, ""},
        {"{json: {$.a: 1}}", 200, VERDICT_FAIL, "{\"a\": 1} trailing"},
        {"{answer: {contains: '4'}}", 200, VERDICT_PASS, "{\"response\": \"4\"}"},
        {"{answer: {contains: '4'}}", 200, VERDICT_FAIL, "{\"response\": \"5\"}"},
        {"{answer: {contains: '4'}}", 200, VERDICT_FAIL, ""},
        {"{healthy: true}", 200, VERDICT_PASS, "{\"status\": \"healthy\"}"},
        {"{healthy: true}", 200, VERDICT_FAIL, "{\"status\": \"unhealthy\"}"},
        {"{healthy: true}", 200, VERDICT_INCONCLUSIVE, "{\"status\": \"hm\"}"},
        {"{healthy: true}", 200, VERDICT_PASS, "OK\n"},
        {"{healthy: true}", 200, VERDICT_INCONCLUSIVE, "<html>"},
        {"{healthy: true}", 200, VERDICT_INCONCLUSIVE, ""},
        {"{healthy: true}", 503, VERDICT_FAIL, "{\"status\": \"healthy\"}"},
        {"{metrics: true}", 200, VERDICT_INCONCLUSIVE, ""},
        {"{metrics: true}", 200, VERDICT_PASS, "agent_requests_total 7\n"},
        {"{metrics: true}", 200, VERDICT_INCONCLUSIVE, "agent_requests_total NaN\n"},
        {"{metrics: true}", 200, VERDICT_INCONCLUSIVE, "something_else 7\n"},
        {"{metrics: true}", 200, VERDICT_FAIL, "<html>no metrics</html>\n"},
        {"{metrics: true}", 200, VERDICT_PASS, "{\"total_requests\": 7}"},
        {"{metrics: true}", 200, VERDICT_INCONCLUSIVE, "{\"total_requests\": null}"},
        {"{metrics: true}", 200, VERDICT_INCONCLUSIVE, "{}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct check_finding finding =
            judge(cases[i].expect, cases[i].status, cases[i].body, 0);
        if (finding.verdict == cases[i].verdict) continue;
        fail_msg(
            "%s of %u %s: %s", cases[i].expect, cases[i].status, cases[i].body,
            verdict_name(finding.verdict));
    }
}

static void series_are_found_by_name_and_labels(void **state) {
    (void)state;
    static const char body[] = "a_total{code=\"200\",v=\"1\"} 7\n"
                               "a_total{code=\"500\"} 12\n"
                               "b_bucket{le=\"+Inf\"} 3\n"
                               "odd NaN\n";
    static const struct {
        const char *expect;
        enum verdict verdict;
    } cases[] = {
        {"{series: a_total}", VERDICT_PASS},
        {"{series: [a_total, 'b_bucket{le=\"+Inf\"}']}", VERDICT_PASS},
        {"{series: 'a_total{code=\"200\"}'}", VERDICT_PASS},
        {"{series: 'a_total{code=\"404\"}'}", VERDICT_FAIL},
        {"{series: a}", VERDICT_FAIL},
        {"{series: {name: 'a_total{code=\"500\"}', value: {max: 12}}}", VERDICT_PASS},
        {"{series: {name: a_total, value: {max: 10}}}", VERDICT_FAIL},
        {"{series: {name: odd, value: {max: 10}}}", VERDICT_INCONCLUSIVE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct check_finding finding = judge(cases[i].expect, 200, body, 0);
        if (finding.verdict == cases[i].verdict) continue;
        fail_msg("%s: %s", cases[i].expect, verdict_name(finding.verdict));
    }
}

static void latency_has_a_limit_and_a_warning(void **state) {
    (void)state;
    const char *expect = "{latency: {max: 500ms, warn: 200ms}}";
    assert_int_equal(judge(expect, 200, "", 100 * NS_PER_MS).verdict, VERDICT_PASS);
    assert_false(judge(expect, 200, "", 100 * NS_PER_MS).degraded);
    struct check_finding slow = judge(expect, 200, "", 300 * NS_PER_MS);
    assert_int_equal(slow.verdict, VERDICT_PASS);
    assert_true(slow.degraded);
    assert_string_equal(slow.wanted, "at most 200ms");
    assert_string_equal(slow.got, "300ms");
    struct check_finding late = judge(expect, 200, "", 501 * NS_PER_MS);
    assert_int_equal(late.verdict, VERDICT_FAIL);
    assert_string_equal(late.wanted, "at most 500ms");
}

static void a_degraded_service_passes_as_degraded(void **state) {
    (void)state;
    struct check_finding finding =
        judge("{healthy: true}", 200, "{\"status\": \"degraded\"}", 0);
    assert_int_equal(finding.verdict, VERDICT_PASS);
    assert_true(finding.degraded);
}

static void the_first_failure_is_told_with_its_line(void **state) {
    (void)state;
    struct check_finding finding = judge(
        "{body: {matches: '(a+)+\\d'},\n json: {$.a: 1,\n $.b: 2,\n $.c: 3}}", 200,
        "{\"a\": 1, \"c\": 4, \"z\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}", 0);
    assert_int_equal(finding.verdict, VERDICT_FAIL);
    assert_string_equal(finding.what, "$.b");
    assert_string_equal(finding.wanted, "2");
    assert_string_equal(finding.got, "nothing");
    assert_int_equal(finding.line, 4);
}

static void polling_ends_when_all_of_it_holds(void **state) {
    (void)state;
    struct document *until =
        yaml_parse(slice_of("{status: [200], json: {$.s: [done, failed]}}"), "f", &err);
    struct check_until wanted = {
        .status = node_get(document_root(until), "status"),
        .json = node_get(document_root(until), "json")};
    struct document *json = json_parse(slice_of("{\"s\": \"done\"}"), &err);
    struct check_answer answer = {.status = 200, .json = document_root(json)};
    assert_true(check_until(&wanted, &answer, try_regex));
    answer.status = 202;
    assert_false(check_until(&wanted, &answer, try_regex));
    answer = (struct check_answer){.status = 200};
    assert_false(check_until(&wanted, &answer, try_regex));
    document_free(json);
    document_free(until);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_judged_by_what_is_expected),
        cmocka_unit_test(series_are_found_by_name_and_labels),
        cmocka_unit_test(latency_has_a_limit_and_a_warning),
        cmocka_unit_test(a_degraded_service_passes_as_degraded),
        cmocka_unit_test(the_first_failure_is_told_with_its_line),
        cmocka_unit_test(polling_ends_when_all_of_it_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
