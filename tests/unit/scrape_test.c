/* SPDX-License-Identifier: MIT */
#include "core/scrape.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "support/scraped.h"

static void failures_are_a_share_of_requests(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    scraped_answer(
        &instance, "agent_requests_total{status=\"success\",user_id=\"a\"} 10\n"
                   "agent_requests_total{status=\"error\",user_id=\"a\"} 1\n");
    struct reading reading = scraped_answer(
        &instance, "agent_requests_total{status=\"success\",user_id=\"a\"} 16\n"
                   "agent_requests_total{user_id=\"b\",status=\"success\"} 3\n"
                   "agent_requests_total{status=\"error\",user_id=\"a\"} 2\n");
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_RPS], 10);
    assert_near((double)values[METRIC_ERROR_RATIO], 0.1);
    scraped_free(&instance);
}

static void what_a_service_does_not_say_is_missing(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    scraped_answer(&instance, "go_goroutines 7\n");
    struct reading reading = scraped_answer(&instance, "go_goroutines 7\n");
    scraped_values(&reading, values);
    for (int i = 0; i < METRIC_COUNT; i++) assert_true(isnan(values[i]));
    assert_int_equal(reading.known, 0);
    scraped_free(&instance);
}

static void percentiles_come_from_what_was_added(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    scraped_answer(
        &instance, "# TYPE vllm:e2e_request_latency_seconds histogram\n"
                   "vllm:e2e_request_latency_seconds_bucket{le=\"1.0\",m=\"x\"} 1000\n"
                   "vllm:e2e_request_latency_seconds_bucket{le=\"2.0\",m=\"x\"} 1000\n"
                   "vllm:e2e_request_latency_seconds_bucket{le=\"+Inf\",m=\"x\"} 1000\n"
                   "vllm:e2e_request_latency_seconds_count{m=\"x\"} 1000\n"
                   "vllm:e2e_request_latency_seconds_sum{m=\"x\"} 12\n");
    struct reading reading = scraped_answer(
        &instance, "vllm:e2e_request_latency_seconds_bucket{le=\"1.0\",m=\"x\"} 1000\n"
                   "vllm:e2e_request_latency_seconds_bucket{le=\"2.0\",m=\"x\"} 1010\n"
                   "vllm:e2e_request_latency_seconds_bucket{le=\"+Inf\",m=\"x\"} 1010\n"
                   "vllm:e2e_request_latency_seconds_count{m=\"x\"} 1010\n");
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_P50], 1500);
    assert_near((double)values[METRIC_P95], 1950);
    assert_near((double)values[METRIC_RPS], 10); /* as many as there are latencies */
    assert_false(reading.odd);
    assert_near(buckets_total(&reading.latest), 10);
    scraped_free(&instance);
}

static void summaries_are_taken_at_their_word(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    struct reading reading = scraped_answer(
        &instance, "agent_request_duration_seconds{quantile=\"0.5\"} 0.2\n"
                   "agent_request_duration_seconds{quantile=\"95\"} 0.4\n"
                   "agent_request_duration_seconds{quantile=\"0.99\"} NaN\n");
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_P50], 200);
    assert_near((double)values[METRIC_P95], 400);
    assert_true(isnan(values[METRIC_P99]));
    scraped_free(&instance);
}

static void gauges_and_states_are_read(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    struct reading reading = scraped_answer(
        &instance,
        "agent_requests_active 3\n"
        "circuit_breaker_state{circuit_breaker_state=\"open\",name=\"web\"} 1.0\n"
        "circuit_breaker_state{circuit_breaker_state=\"closed\",name=\"web\"} 0.0\n"
        "process_resident_memory_bytes 5.106151424e+09\n"
        "process_open_fds 49.0\nprocess_max_fds 1.048576e+06\n"
        "queue_depth{priority=\"5\"} 2\nqueue_depth{priority=\"1\"} 5\n"
        "agent_build_info{commit=\"x\",version=\"v1.5.0\"} 1\n");
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_IN_FLIGHT], 3);
    assert_near((double)values[METRIC_BREAKER], 1);
    assert_near((double)values[METRIC_FDS], 49);
    assert_near((double)values[METRIC_FDS_MAX], 1048576);
    assert_near((double)values[METRIC_QUEUE_WAITING], 7);
    assert_string_equal(reading.version, "v1.5.0");
    reading = scraped_answer(
        &instance, "circuit_breaker_state{state=\"closed\",name=\"web\"} 1\n");
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_BREAKER], 0);
    scraped_free(&instance);
}

static void model_ratios_are_read(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    const char *before = "llm_requests_total{model=\"m\",status=\"success\"} 0\n"
                         "llm_requests_total{model=\"m\",status=\"rate_limited\"} 0\n"
                         "llm_retries_total{reason=\"429\"} 0\n"
                         "llm_tokens_total{token_type=\"input\"} 0\n"
                         "llm_tokens_total{token_type=\"output\"} 0\n"
                         "llm_tokens_total{token_type=\"cache_read\"} 0\n"
                         "llm_cost_usd_total 0\n"
                         "tool_calls_total{status=\"success\"} 0\n"
                         "tool_calls_total{status=\"error\"} 0\n"
                         "response_cache_requests_total{result=\"hit\"} 0\n"
                         "response_cache_requests_total{result=\"miss\"} 0\n"
                         "response_cache_requests_total{result=\"bypass\"} 0\n";
    const char *after = "llm_requests_total{model=\"m\",status=\"success\"} 16\n"
                        "llm_requests_total{model=\"m\",status=\"rate_limited\"} 4\n"
                        "llm_retries_total{reason=\"429\"} 2\n"
                        "llm_tokens_total{token_type=\"input\"} 900\n"
                        "llm_tokens_total{token_type=\"output\"} 100\n"
                        "llm_tokens_total{token_type=\"cache_read\"} 700\n"
                        "llm_cost_usd_total 0.5\n"
                        "tool_calls_total{status=\"success\"} 3\n"
                        "tool_calls_total{status=\"error\"} 1\n"
                        "response_cache_requests_total{result=\"hit\"} 3\n"
                        "response_cache_requests_total{result=\"miss\"} 1\n"
                        "response_cache_requests_total{result=\"bypass\"} 6\n";
    scraped_answer(&instance, before);
    struct reading reading = scraped_answer(&instance, after);
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_THROTTLED], 0.2);
    assert_near((double)values[METRIC_RETRY_RATIO], 0.1);
    assert_near((double)values[METRIC_TOKENS], 1000);
    assert_near((double)values[METRIC_COST], 30);
    assert_near((double)values[METRIC_TOOL_ERRORS], 0.25);
    assert_near((double)values[METRIC_CACHE_HITS], 0.75);
    scraped_free(&instance);
}

static struct node *add_number(
    struct document *document, struct node *parent, const char *key, double value) {
    struct error err;
    struct node *node = document_add(document, parent, NODE_NUMBER, &err);
    assert_true(document_set_key(document, node, slice_of(key), &err));
    node->number = value;
    return node;
}

static void a_small_json_body_is_read(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    struct reading reading = {0};
    for (int i = 0; i < 2; i++) {
        struct error err;
        struct document *document = document_new();
        struct node *root = document_add(document, NULL, NODE_MAP, &err);
        add_number(document, root, "total_requests", i ? 120 : 100);
        add_number(document, root, "errors", 4 + i);
        add_number(document, root, "queue_depth", 7);
        add_number(document, root, "unheard_of", 7);
        struct node *latency = document_add(document, root, NODE_MAP, &err);
        document_set_key(document, latency, slice_of("latency"), &err);
        add_number(document, latency, "p95_ms", 250);
        instance.now_ns += NS_PER_S;
        reading =
            *scrape_json(instance.meter, document_root(document), instance.now_ns);
        document_free(document);
    }
    float values[METRIC_COUNT];
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_RPS], 20);
    assert_near((double)values[METRIC_ERROR_RATIO], 0.05);
    assert_near((double)values[METRIC_QUEUE_WAITING], 7);
    assert_near((double)values[METRIC_P95], 250);
    assert_true(isnan(values[METRIC_P50]));
    assert_int_equal(reading.known, 4);
    scraped_free(&instance);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_are_a_share_of_requests),
        cmocka_unit_test(what_a_service_does_not_say_is_missing),
        cmocka_unit_test(percentiles_come_from_what_was_added),
        cmocka_unit_test(summaries_are_taken_at_their_word),
        cmocka_unit_test(gauges_and_states_are_read),
        cmocka_unit_test(model_ratios_are_read),
        cmocka_unit_test(a_small_json_body_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
