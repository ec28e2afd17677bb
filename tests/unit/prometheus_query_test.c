/* SPDX-License-Identifier: MIT */
#include "core/prometheus_query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/aliases.h"

enum { QUERY_SIZE = 1280 };

static void a_selector_is_made_of_matchers(void **state) {
    (void)state;
    static const char *const good[] = {
        "{job=\"agent\"}",
        "{job=\"agent\",track!=\"canary\"}",
        "{ job =~ \"a|b\" , _x9 !~ \"\\\"}\\\\\" }",
        "{job=\"\"}",
    };
    static const struct {
        const char *selector, *words;
    } bad[] = {
        {"", "expected a selector like {job=\"agent\"}"},
        {"job=\"agent\"", "expected a selector like {job=\"agent\"}"},
        {"up{job=\"agent\"}", "expected a selector like {job=\"agent\"}"},
        {"{}", "a label's name is missing"},
        {"{job=\"a\",}", "a label's name is missing"},
        {"{9=\"a\"}", "a label's name is missing"},
        {"{job}", "job: expected =, !=, =~ or !~"},
        {"{job>\"a\"}", "job: expected =, !=, =~ or !~"},
        {"{job=agent}", "job: expected a value in double quotes"},
        {"{job=\"agent}", "job: expected a value in double quotes"},
        {"{job=\"agent\\\"}", "job: expected a value in double quotes"},
        {"{job=\"a\" track=\"b\"}", "expected \",\" or \"}\" behind a matcher"},
        {"{job=\"a\"", "expected \",\" or \"}\" behind a matcher"},
        {"{job=\"a\"}[5m]", "nothing may stand behind \"}\""},
        {"{job=\"a\"} or vector(1)", "nothing may stand behind \"}\""},
        {"{__name__=\"up\"}", "__name__ is added by itself"},
    };
    struct error err;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (prometheus_selector_check(slice_of(good[i]), &err)) continue;
        fail_msg("%s: %s", good[i], err.message);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(prometheus_selector_check(slice_of(bad[i].selector), &err));
        assert_string_equal(err.message, bad[i].words);
    }
}

static void a_query_asks_for_all_that_counts_requests(void **state) {
    (void)state;
    char data[QUERY_SIZE];
    struct text query = TEXT_IN(data);
    prometheus_query_add(&query, "{job=\"agent\"}", 30);
    assert_false(query.truncated);
    static const char begin[] = "{job=\"agent\",__name__=~\"up|agent_requests_total|";
    assert_memory_equal(data, begin, sizeof begin - 1);
    assert_non_null(strstr(data, "|http_requests_total|"));
    assert_non_null(strstr(data, "|process_start_time_seconds|("));
    assert_non_null(strstr(data, "|gen_ai_server_request_duration_seconds_count|"));
    assert_non_null(strstr(data, "|(agent_request_duration_seconds|"));
    assert_non_null(strstr(data, ")_(bucket|count)\"}[30s]"));
    assert_null(strstr(data, "tokens"));
    assert_null(strstr(data, "||"));
}

static void a_query_stands_in_the_path_of_its_server(void **state) {
    (void)state;
    char data[3 * QUERY_SIZE];
    struct text url = TEXT_IN(data);
    prometheus_query_add_url(&url, "http://a:9090/prom//", "{job=\"a b\"}", 30);
    static const char begin[] = "http://a:9090/prom/api/v1/query?timeout=4s&query="
                                "%7Bjob%3D%22a%20b%22%2C__name__%3D~%22up%7C";
    assert_memory_equal(data, begin, sizeof begin - 1);
    assert_string_equal(data + url.length - 9, "%5B30s%5D");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_selector_is_made_of_matchers),
        cmocka_unit_test(a_query_asks_for_all_that_counts_requests),
        cmocka_unit_test(a_query_stands_in_the_path_of_its_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
