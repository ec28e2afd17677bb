/* SPDX-License-Identifier: MIT */
#include "core/prometheus_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/parsed.h"

enum { TEXT_MAX = 64 * 1024, JSON_SIZE = 64 * 1024 };

#define MATRIX(series)                                             \
    "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\"," \
    "\"result\":[" series "]}}"
#define SERIES(labels, values) "{\"metric\":{" labels "},\"values\":[" values "]}"

static bool read_answer(
    const char *json, struct prometheus_answer *answer, struct document **document,
    struct error *err) {
    *document = parsed(json);
    return prometheus_answer_read(answer, document_root(*document), err);
}

static void each_instance_tells_its_newest_scrape(void **state) {
    (void)state;
    static const char json[] = MATRIX(
        SERIES("\"__name__\":\"agent_requests_total\",\"instance\":\"a:1\","
               "\"status\":\"succ\\\"ess\\\\\"",
               "[1700000000.5,\"10\"],[1700000005.5,\"17\"]") ","
        SERIES("\"__name__\":\"agent_requests_total\",\"instance\":\"b:1\","
               "\"status\":\"error\"",
               "[1700000003.25,\"NaN\"]") ","
        SERIES("\"__name__\":\"process_start_time_seconds\",\"instance\":\"a:1\"",
               "[1700000005.5,\"1699999999\"]") ","
        SERIES("\"__name__\":\"agent_errors_total\",\"instance\":\"a:1\"",
               "[1700000000.5,\"1\"]") "," /* it has gone since */
        SERIES("\"__name__\":\"up\",\"instance\":\"b:1\"", "[1700000003.25,\"0\"]"));
    struct prometheus_answer answer;
    struct document *document;
    struct buffer text;
    struct error err;
    assert_true(read_answer(json, &answer, &document, &err));
    assert_int_equal(answer.count, 2);
    const struct prometheus_instance *a = &answer.instances[0];
    assert_string_equal(a->name, "a:1");
    assert_float_equal(a->at_s, 1700000005.5, 1e-3);
    assert_float_equal(a->interval_s, 5, 1e-3);
    assert_int_equal(a->starts, 1);
    assert_false(a->is_down);
    assert_true(answer.instances[1].is_down);
    assert_float_equal(answer.instances[1].interval_s, 0, 0);
    buffer_init(&text, TEXT_MAX);
    assert_true(prometheus_answer_tell(&answer, a, &text));
    buffer_add_char(&text, '\0');
    assert_string_equal(
        buffer_slice(&text).data,
        "agent_requests_total{instance=\"a:1\",status=\"succ\\\"ess\\\\\"} 17\n"
        "process_start_time_seconds{instance=\"a:1\"} 1699999999\n");
    buffer_clear(&text);
    buffer_init(&text, 40);
    assert_false(prometheus_answer_tell(&answer, a, &text));
    buffer_clear(&text);
    document_free(document);
}

static void a_selector_that_finds_a_process_twice_shows(void **state) {
    (void)state;
    static const char json[] = MATRIX(
        SERIES("\"__name__\":\"process_start_time_seconds\",\"instance\":\"a:1\","
               "\"replica\":\"1\"", "[1700000005,\"1\"]") ","
        SERIES("\"__name__\":\"process_start_time_seconds\",\"instance\":\"a:1\","
               "\"replica\":\"2\"", "[1700000005,\"1\"]"));
    struct prometheus_answer answer;
    struct document *document;
    struct error err;
    assert_true(read_answer(json, &answer, &document, &err));
    assert_int_equal(answer.instances[0].starts, 2);
    document_free(document);
}

static const struct {
    const char *json, *words;
} cases[] = {
    {"{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"no \\u202e "
     "such\"}",
     "bad_data: no "},
    {"{\"status\":\"error\"}", "?: ?"},
    {"[]", "no answer of Prometheus: it has no status"},
    {"{\"status\":\"success\"}", "no answer of Prometheus: it is no matrix"},
    {"{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}",
     "no answer of Prometheus: it is no matrix"},
    {"{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":{}}}",
     "no answer of Prometheus: it has no result"},
    {MATRIX("7"), "no answer of Prometheus: a series has samples"},
    {MATRIX("{\"metric\":{}}"), "no answer of Prometheus: a series has samples"},
    {MATRIX(SERIES("", "")), "no answer of Prometheus: a series has samples"},
    {MATRIX(SERIES("", "[1,\"x\"]")), "no answer of Prometheus: a series"},
    {MATRIX(SERIES("", "[1,2]")), "no answer of Prometheus: a series"},
    {MATRIX(SERIES("", "[\"1\",\"2\"]")), "no answer of Prometheus: a series"},
    {MATRIX(SERIES("", "[2,\"2\"],[1,\"1\"]")), "no answer of Prometheus: a series"},
    {MATRIX(SERIES("", "[-1,\"2\"]")), "no answer of Prometheus: a series"},
};

static void expect_refused(const char *json, const char *words) {
    struct prometheus_answer answer;
    struct document *document;
    struct error err = {0};
    assert_false(read_answer(json, &answer, &document, &err));
    if (strncmp(err.message, words, strlen(words)) != 0) {
        fail_msg("%s: %s", json, err.message);
    }
    assert_null(strstr(err.message, "\xE2\x80\xAE")); /* no bytes from outside */
    document_free(document);
}

static void what_is_no_such_answer_is_refused_in_words(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_refused(cases[i].json, cases[i].words);
    }
}

static void more_instances_than_there_may_be_are_refused(void **state) {
    (void)state;
    static char json[JSON_SIZE];
    struct text text = TEXT_IN(json);
    text_add(
        &text,
        "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[");
    for (int i = 0; i <= PROMETHEUS_INSTANCES_MAX; i++) {
        text_addf(
            &text, "%s{\"metric\":{\"instance\":\"i%d\"},\"values\":[[1,\"1\"]]}",
            i > 0 ? "," : "", i);
    }
    text_add(&text, "]}}");
    assert_false(text.truncated);
    struct prometheus_answer answer;
    struct document *document;
    struct error err;
    assert_false(read_answer(json, &answer, &document, &err));
    assert_string_equal(err.message, "more than 64 instances");
    document_free(document);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_instance_tells_its_newest_scrape),
        cmocka_unit_test(a_selector_that_finds_a_process_twice_shows),
        cmocka_unit_test(what_is_no_such_answer_is_refused_in_words),
        cmocka_unit_test(more_instances_than_there_may_be_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
