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

#include "base/buffer.h"
#include "base/units.h"

enum { BODY_MAX = 8 * 1024 * 1024 };

/* One instance, asked each second. */
struct instance {
    struct aliases aliases;
    struct meter *meter;
    uint64_t now_ns;
};

static struct instance instance_new(void) {
    struct instance instance = {.now_ns = 100 * NS_PER_S};
    aliases_init(&instance.aliases);
    instance.meter = meter_new(NS_PER_S);
    return instance;
}

static struct reading answer(struct instance *instance, const char *text) {
    instance->now_ns += NS_PER_S;
    return *scrape_text(
        instance->meter, &instance->aliases, slice_of(text), instance->now_ns);
}

static void values_of(const struct reading *reading, float values[METRIC_COUNT]) {
    readings_sum(&reading, 1, values);
}

static void assert_near(double value, double expected) {
    if (!(fabs(value - expected) < 1e-3)) fail_msg("%g, not %g", value, expected);
}

static void rates_need_two_answers(void **state) {
    (void)state;
    struct instance instance = instance_new();
    float values[METRIC_COUNT];
    struct reading reading =
        answer(&instance, "agent_requests_total{status=\"success\"} 500\n");
    values_of(&reading, values);
    assert_true(isnan(values[METRIC_RPS]));
    reading = answer(&instance, "agent_requests_total{status=\"success\"} 540\n");
    values_of(&reading, values);
    assert_near((double)values[METRIC_RPS], 40);
    assert_near((double)values[METRIC_ERROR_RATIO], 0);
    meter_free(instance.meter);
}

static void failures_are_a_share_of_requests(void **state) {
    (void)state;
    struct instance instance = instance_new();
    float values[METRIC_COUNT];
    answer(
        &instance, "agent_requests_total{status=\"success\",user_id=\"a\"} 10\n"
                   "agent_requests_total{status=\"error\",user_id=\"a\"} 1\n");
    struct reading reading = answer(
        &instance, "agent_requests_total{status=\"success\",user_id=\"a\"} 16\n"
                   "agent_requests_total{user_id=\"b\",status=\"success\"} 3\n"
                   "agent_requests_total{status=\"error\",user_id=\"a\"} 2\n");
    values_of(&reading, values);
    assert_near((double)values[METRIC_RPS], 10);
    assert_near((double)values[METRIC_ERROR_RATIO], 0.1);
    meter_free(instance.meter);
}

static void without_requests_there_is_no_share_and_no_percentile(void **state) {
    (void)state;
    const char *text = "agent_requests_total{status=\"success\"} 10\n"
                       "agent_request_duration_seconds_bucket{le=\"1\"} 10\n"
                       "agent_request_duration_seconds_bucket{le=\"+Inf\"} 10\n"
                       "agent_request_duration_seconds_count 10\n";
    struct instance instance = instance_new();
    float values[METRIC_COUNT];
    answer(&instance, text);
    struct reading reading = answer(&instance, text);
    values_of(&reading, values);
    assert_near((double)values[METRIC_RPS], 0);
    assert_true(isnan(values[METRIC_ERROR_RATIO]));
    assert_true(isnan(values[METRIC_P95]));
    meter_free(instance.meter);
}

static void what_a_service_does_not_say_is_missing(void **state) {
    (void)state;
    struct instance instance = instance_new();
    float values[METRIC_COUNT];
    answer(&instance, "go_goroutines 7\n");
    struct reading reading = answer(&instance, "go_goroutines 7\n");
    values_of(&reading, values);
    for (int i = 0; i < METRIC_COUNT; i++) assert_true(isnan(values[i]));
    assert_int_equal(reading.known, 0);
    meter_free(instance.meter);
}

static void percentiles_come_from_what_was_added(void **state) {
    (void)state;
    struct instance instance = instance_new();
    float values[METRIC_COUNT];
    answer(
        &instance, "# TYPE vllm:e2e_request_latency_seconds histogram\n"
                   "vllm:e2e_request_latency_seconds_bucket{le=\"1.0\",m=\"x\"} 1000\n"
                   "vllm:e2e_request_latency_seconds_bucket{le=\"2.0\",m=\"x\"} 1000\n"
                   "vllm:e2e_request_latency_seconds_bucket{le=\"+Inf\",m=\"x\"} 1000\n"
                   "vllm:e2e_request_latency_seconds_count{m=\"x\"} 1000\n"
                   "vllm:e2e_request_latency_seconds_sum{m=\"x\"} 12\n");
    struct reading reading = answer(
        &instance, "vllm:e2e_request_latency_seconds_bucket{le=\"1.0\",m=\"x\"} 1000\n"
                   "vllm:e2e_request_latency_seconds_bucket{le=\"2.0\",m=\"x\"} 1010\n"
                   "vllm:e2e_request_latency_seconds_bucket{le=\"+Inf\",m=\"x\"} 1010\n"
                   "vllm:e2e_request_latency_seconds_count{m=\"x\"} 1010\n");
    values_of(&reading, values);
    assert_near((double)values[METRIC_P50], 1500);
    assert_near((double)values[METRIC_P95], 1950);
    assert_near((double)values[METRIC_RPS], 10); /* as many as there are latencies */
    assert_false(reading.odd);
    assert_near(buckets_total(&reading.latest), 10);
    meter_free(instance.meter);
}

static void summaries_are_taken_at_their_word(void **state) {
    (void)state;
    struct instance instance = instance_new();
    float values[METRIC_COUNT];
    struct reading reading = answer(
        &instance, "agent_request_duration_seconds{quantile=\"0.5\"} 0.2\n"
                   "agent_request_duration_seconds{quantile=\"95\"} 0.4\n"
                   "agent_request_duration_seconds{quantile=\"0.99\"} NaN\n");
    values_of(&reading, values);
    assert_near((double)values[METRIC_P50], 200);
    assert_near((double)values[METRIC_P95], 400);
    assert_true(isnan(values[METRIC_P99]));
    meter_free(instance.meter);
}

static void a_restart_leaves_a_gap_and_is_said(void **state) {
    (void)state;
    struct instance instance = instance_new();
    float values[METRIC_COUNT];
    answer(&instance, "process_start_time_seconds 100\nagent_requests_total 1000\n");
    answer(&instance, "process_start_time_seconds 100\nagent_requests_total 1040\n");
    struct reading reading =
        answer(&instance, "process_start_time_seconds 200\nagent_requests_total 7\n");
    values_of(&reading, values);
    assert_true(reading.restarted);
    assert_true(isnan(values[METRIC_RPS]));
    reading =
        answer(&instance, "process_start_time_seconds 200\nagent_requests_total 47\n");
    values_of(&reading, values);
    assert_false(reading.restarted);
    assert_near((double)values[METRIC_RPS], 40);
    meter_free(instance.meter);
}

static void a_restart_without_a_start_time_is_seen_by_the_fall(void **state) {
    (void)state;
    struct instance instance = instance_new();
    float values[METRIC_COUNT];
    answer(&instance, "agent_requests_total 1000\n");
    struct reading reading = answer(&instance, "agent_requests_total 3\n");
    values_of(&reading, values);
    assert_true(reading.restarted);
    assert_true(isnan(values[METRIC_RPS]));
    reading = answer(&instance, "agent_requests_total 13\n");
    values_of(&reading, values);
    assert_near((double)values[METRIC_RPS], 10);
    meter_free(instance.meter);
}

static void one_label_that_starts_again_does_not_stop_the_others(void **state) {
    (void)state;
    struct instance instance = instance_new();
    float values[METRIC_COUNT];
    answer(
        &instance, "process_start_time_seconds 5\nagent_requests_total{p=\"1\"} 900\n"
                   "agent_requests_total{p=\"2\"} 100\n");
    struct reading reading = answer(
        &instance, "process_start_time_seconds 5\nagent_requests_total{p=\"1\"} 910\n"
                   "agent_requests_total{p=\"2\"} 4\n");
    values_of(&reading, values);
    assert_near((double)values[METRIC_RPS], 14);
    meter_free(instance.meter);
}

static void a_series_that_goes_and_comes_back_makes_no_spike(void **state) {
    (void)state;
    struct instance instance = instance_new();
    float values[METRIC_COUNT];
    const char *both =
        "process_start_time_seconds 5\nagent_requests_total{p=\"1\"} 900\n"
        "agent_requests_total{p=\"2\"} 100\n";
    answer(&instance, both);
    answer(
        &instance, "process_start_time_seconds 5\nagent_requests_total{p=\"1\"} 900\n");
    struct reading reading = answer(&instance, both);
    values_of(&reading, values);
    assert_near((double)values[METRIC_RPS], 0);
    meter_free(instance.meter);
}

static void several_processes_behind_one_url_are_recognised(void **state) {
    (void)state;
    struct instance instance = instance_new();
    float values[METRIC_COUNT];
    struct reading reading = {0};
    for (int i = 0; i < 6; i++) {
        char text[128];
        bool first = i % 2 == 0;
        snprintf(
            text, sizeof text,
            "process_start_time_seconds %d\nagent_requests_total %d\nprocess_open_fds "
            "9\n",
            first ? 100 : 170, (first ? 1000 : 20) + i);
        reading = answer(&instance, text);
        values_of(&reading, values);
        assert_true(isnan(values[METRIC_RPS]));
    }
    assert_true(reading.mixed);
    assert_true(isnan(values[METRIC_FDS]));
    meter_free(instance.meter);
}

static void several_processes_without_start_times_are_recognised(void **state) {
    (void)state;
    struct instance instance = instance_new();
    float values[METRIC_COUNT];
    struct reading reading = {0};
    for (int i = 0; i < 8; i++) {
        char text[64];
        snprintf(
            text, sizeof text, "agent_requests_total %d\n", (i % 2 ? 400 : 1000) + i);
        reading = answer(&instance, text);
        values_of(&reading, values);
        assert_true(isnan(values[METRIC_RPS]));
    }
    assert_true(reading.mixed);
    meter_free(instance.meter);
}

static void a_long_gap_is_not_averaged_over(void **state) {
    (void)state;
    struct instance instance = instance_new();
    float values[METRIC_COUNT];
    answer(&instance, "agent_requests_total 10\n");
    answer(&instance, "agent_requests_total 20\n");
    instance.now_ns += 60 * NS_PER_S;
    struct reading reading = answer(&instance, "agent_requests_total 5000\n");
    values_of(&reading, values);
    assert_true(isnan(values[METRIC_RPS]));
    reading = answer(&instance, "agent_requests_total 5005\n");
    values_of(&reading, values);
    assert_near((double)values[METRIC_RPS], 5);
    meter_free(instance.meter);
}

static void odd_histograms_are_flagged(void **state) {
    (void)state;
    static const char *const texts[] = {
        /* falls */
        "agent_request_duration_seconds_bucket{le=\"1\"} 10\n"
        "agent_request_duration_seconds_bucket{le=\"2\"} 5\n"
        "agent_request_duration_seconds_bucket{le=\"+Inf\"} 12\n",
        /* no +Inf */
        "agent_request_duration_seconds_bucket{le=\"1\"} 10\n",
        /* +Inf is not the count */
        "agent_request_duration_seconds_bucket{le=\"1\"} 10\n"
        "agent_request_duration_seconds_bucket{le=\"+Inf\"} 12\n"
        "agent_request_duration_seconds_count 13\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct instance instance = instance_new();
        assert_true(answer(&instance, texts[i]).odd);
        meter_free(instance.meter);
    }
}

static void values_that_count_nothing_are_not_counted(void **state) {
    (void)state;
    struct instance instance = instance_new();
    float values[METRIC_COUNT];
    answer(
        &instance,
        "agent_requests_total{a=\"1\"} 10\nagent_requests_total{a=\"2\"} NaN\n");
    answer(
        &instance,
        "agent_requests_total{a=\"1\"} 1e309\nagent_requests_total{a=\"2\"} 4\n");
    answer(
        &instance,
        "agent_requests_total{a=\"1\"} 12\nagent_requests_total{a=\"2\"} -3\n");
    struct reading reading = answer(
        &instance,
        "agent_requests_total{a=\"1\"} 15\nagent_requests_total{a=\"2\"} 9\n");
    values_of(&reading, values);
    assert_near((double)values[METRIC_RPS], 3);
    meter_free(instance.meter);
}

static void a_series_written_twice_counts_once(void **state) {
    (void)state;
    struct instance instance = instance_new();
    float values[METRIC_COUNT];
    answer(&instance, "agent_requests_total 10\nagent_requests_total 90\n");
    struct reading reading =
        answer(&instance, "agent_requests_total 12\nagent_requests_total 95\n");
    values_of(&reading, values);
    assert_near((double)values[METRIC_RPS], 2);
    meter_free(instance.meter);
}

static void of_two_names_for_the_same_only_one_counts(void **state) {
    (void)state;
    struct instance instance = instance_new();
    float values[METRIC_COUNT];
    answer(
        &instance,
        "http_requests_total{status=\"2xx\"} 100\nagent_requests_total 10\n");
    struct reading reading = answer(
        &instance,
        "http_requests_total{status=\"2xx\"} 300\nagent_requests_total 15\n");
    values_of(&reading, values);
    assert_near((double)values[METRIC_RPS], 5);
    meter_free(instance.meter);
}

static void gauges_and_states_are_read(void **state) {
    (void)state;
    struct instance instance = instance_new();
    float values[METRIC_COUNT];
    struct reading reading = answer(
        &instance,
        "agent_requests_active 3\n"
        "circuit_breaker_state{circuit_breaker_state=\"open\",name=\"web\"} 1.0\n"
        "circuit_breaker_state{circuit_breaker_state=\"closed\",name=\"web\"} 0.0\n"
        "process_resident_memory_bytes 5.106151424e+09\n"
        "process_open_fds 49.0\nprocess_max_fds 1.048576e+06\n"
        "queue_depth{priority=\"5\"} 2\nqueue_depth{priority=\"1\"} 5\n"
        "agent_build_info{commit=\"x\",version=\"v1.5.0\"} 1\n");
    values_of(&reading, values);
    assert_near((double)values[METRIC_IN_FLIGHT], 3);
    assert_near((double)values[METRIC_BREAKER], 1);
    assert_near((double)values[METRIC_FDS], 49);
    assert_near((double)values[METRIC_FDS_MAX], 1048576);
    assert_near((double)values[METRIC_QUEUE_WAITING], 7);
    assert_string_equal(reading.version, "v1.5.0");
    reading =
        answer(&instance, "circuit_breaker_state{state=\"closed\",name=\"web\"} 1\n");
    values_of(&reading, values);
    assert_near((double)values[METRIC_BREAKER], 0);
    meter_free(instance.meter);
}

static void model_ratios_are_read(void **state) {
    (void)state;
    struct instance instance = instance_new();
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
    answer(&instance, before);
    struct reading reading = answer(&instance, after);
    values_of(&reading, values);
    assert_near((double)values[METRIC_THROTTLED], 0.2);
    assert_near((double)values[METRIC_RETRY_RATIO], 0.1);
    assert_near((double)values[METRIC_TOKENS], 1000);
    assert_near((double)values[METRIC_COST], 30);
    assert_near((double)values[METRIC_TOOL_ERRORS], 0.25);
    assert_near((double)values[METRIC_CACHE_HITS], 0.75);
    meter_free(instance.meter);
}

static void more_series_than_the_limit_make_the_answer_worthless(void **state) {
    (void)state;
    struct instance instance = instance_new();
    struct buffer body;
    buffer_init(&body, BODY_MAX);
    for (int i = 0; i <= TALLY_SERIES_MAX; i++) {
        buffer_addf(&body, "agent_requests_total{u=\"%d\"} 1\n", i);
    }
    struct reading reading = {0};
    for (uint64_t i = 1; i <= 2; i++) {
        reading = *scrape_text(
            instance.meter, &instance.aliases, buffer_slice(&body), i * NS_PER_S);
    }
    float values[METRIC_COUNT];
    values_of(&reading, values);
    assert_true(reading.truncated);
    assert_true(isnan(values[METRIC_RPS]));
    buffer_clear(&body);
    meter_free(instance.meter);
}

static void instances_add_up_and_mixed_ones_are_left_out(void **state) {
    (void)state;
    struct instance a = instance_new();
    struct instance b = instance_new();
    answer(
        &a, "agent_requests_total{status=\"ok\"} 0\n"
            "agent_request_duration_seconds_bucket{le=\"1\"} 0\n"
            "agent_request_duration_seconds_bucket{le=\"+Inf\"} 0\n");
    answer(
        &b, "agent_requests_total{status=\"error\"} 0\n"
            "agent_request_duration_seconds_bucket{le=\"2\"} 0\n"
            "agent_request_duration_seconds_bucket{le=\"+Inf\"} 0\n");
    struct reading first = answer(
        &a, "agent_requests_total{status=\"ok\"} 30\n"
            "agent_request_duration_seconds_bucket{le=\"1\"} 30\n"
            "agent_request_duration_seconds_bucket{le=\"+Inf\"} 30\n");
    struct reading second = answer(
        &b, "agent_requests_total{status=\"error\"} 10\n"
            "agent_request_duration_seconds_bucket{le=\"2\"} 10\n"
            "agent_request_duration_seconds_bucket{le=\"+Inf\"} 10\n");
    const struct reading *both[] = {&first, NULL, &second};
    float values[METRIC_COUNT];
    readings_sum(both, 3, values);
    assert_near((double)values[METRIC_RPS], 40);
    assert_near((double)values[METRIC_ERROR_RATIO], 0.25);
    assert_near((double)values[METRIC_P50], 20.0 / 35 * 1000);
    second.mixed = true;
    readings_sum(both, 3, values);
    assert_near((double)values[METRIC_RPS], 30);
    readings_sum(both, 0, values);
    assert_true(isnan(values[METRIC_RPS]));
    meter_free(a.meter);
    meter_free(b.meter);
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
    struct instance instance = instance_new();
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
    values_of(&reading, values);
    assert_near((double)values[METRIC_RPS], 20);
    assert_near((double)values[METRIC_ERROR_RATIO], 0.05);
    assert_near((double)values[METRIC_QUEUE_WAITING], 7);
    assert_near((double)values[METRIC_P95], 250);
    assert_true(isnan(values[METRIC_P50]));
    assert_int_equal(reading.known, 4);
    meter_free(instance.meter);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_need_two_answers),
        cmocka_unit_test(failures_are_a_share_of_requests),
        cmocka_unit_test(without_requests_there_is_no_share_and_no_percentile),
        cmocka_unit_test(what_a_service_does_not_say_is_missing),
        cmocka_unit_test(percentiles_come_from_what_was_added),
        cmocka_unit_test(summaries_are_taken_at_their_word),
        cmocka_unit_test(a_restart_leaves_a_gap_and_is_said),
        cmocka_unit_test(a_restart_without_a_start_time_is_seen_by_the_fall),
        cmocka_unit_test(one_label_that_starts_again_does_not_stop_the_others),
        cmocka_unit_test(a_series_that_goes_and_comes_back_makes_no_spike),
        cmocka_unit_test(several_processes_behind_one_url_are_recognised),
        cmocka_unit_test(several_processes_without_start_times_are_recognised),
        cmocka_unit_test(a_long_gap_is_not_averaged_over),
        cmocka_unit_test(odd_histograms_are_flagged),
        cmocka_unit_test(values_that_count_nothing_are_not_counted),
        cmocka_unit_test(a_series_written_twice_counts_once),
        cmocka_unit_test(of_two_names_for_the_same_only_one_counts),
        cmocka_unit_test(gauges_and_states_are_read),
        cmocka_unit_test(model_ratios_are_read),
        cmocka_unit_test(more_series_than_the_limit_make_the_answer_worthless),
        cmocka_unit_test(instances_add_up_and_mixed_ones_are_left_out),
        cmocka_unit_test(a_small_json_body_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
