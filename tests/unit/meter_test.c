/* SPDX-License-Identifier: MIT */
#include "core/meter.h"

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
#include "core/scrape.h"
#include "support/scraped.h"

enum { BODY_MAX = 8 * 1024 * 1024 };

static void rates_need_two_answers(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    struct reading reading =
        scraped_answer(&instance, "agent_requests_total{status=\"success\"} 500\n");
    scraped_values(&reading, values);
    assert_true(isnan(values[METRIC_RPS]));
    reading =
        scraped_answer(&instance, "agent_requests_total{status=\"success\"} 540\n");
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_RPS], 40);
    assert_near((double)values[METRIC_ERROR_RATIO], 0);
    scraped_free(&instance);
}

static void without_requests_there_is_no_share_and_no_percentile(void **state) {
    (void)state;
    const char *text = "agent_requests_total{status=\"success\"} 10\n"
                       "agent_request_duration_seconds_bucket{le=\"1\"} 10\n"
                       "agent_request_duration_seconds_bucket{le=\"+Inf\"} 10\n"
                       "agent_request_duration_seconds_count 10\n";
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    scraped_answer(&instance, text);
    struct reading reading = scraped_answer(&instance, text);
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_RPS], 0);
    assert_true(isnan(values[METRIC_ERROR_RATIO]));
    assert_true(isnan(values[METRIC_P95]));
    scraped_free(&instance);
}

static void a_restart_leaves_a_gap_and_is_said(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    scraped_answer(
        &instance, "process_start_time_seconds 100\nagent_requests_total 1000\n");
    scraped_answer(
        &instance, "process_start_time_seconds 100\nagent_requests_total 1040\n");
    struct reading reading = scraped_answer(
        &instance, "process_start_time_seconds 200\nagent_requests_total 7\n");
    scraped_values(&reading, values);
    assert_true(reading.restarted);
    assert_true(isnan(values[METRIC_RPS]));
    reading = scraped_answer(
        &instance, "process_start_time_seconds 200\nagent_requests_total 47\n");
    scraped_values(&reading, values);
    assert_false(reading.restarted);
    assert_near((double)values[METRIC_RPS], 40);
    scraped_free(&instance);
}

static void a_restart_without_a_start_time_is_seen_by_the_fall(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    scraped_answer(&instance, "agent_requests_total 1000\n");
    struct reading reading = scraped_answer(&instance, "agent_requests_total 3\n");
    scraped_values(&reading, values);
    assert_true(reading.restarted);
    assert_true(isnan(values[METRIC_RPS]));
    reading = scraped_answer(&instance, "agent_requests_total 13\n");
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_RPS], 10);
    scraped_free(&instance);
}

static void one_label_that_starts_again_does_not_stop_the_others(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    scraped_answer(
        &instance, "process_start_time_seconds 5\nagent_requests_total{p=\"1\"} 900\n"
                   "agent_requests_total{p=\"2\"} 100\n");
    struct reading reading = scraped_answer(
        &instance, "process_start_time_seconds 5\nagent_requests_total{p=\"1\"} 910\n"
                   "agent_requests_total{p=\"2\"} 4\n");
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_RPS], 14);
    scraped_free(&instance);
}

static void a_series_that_goes_and_comes_back_makes_no_spike(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    const char *both =
        "process_start_time_seconds 5\nagent_requests_total{p=\"1\"} 900\n"
        "agent_requests_total{p=\"2\"} 100\n";
    scraped_answer(&instance, both);
    scraped_answer(
        &instance, "process_start_time_seconds 5\nagent_requests_total{p=\"1\"} 900\n");
    struct reading reading = scraped_answer(&instance, both);
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_RPS], 0);
    scraped_free(&instance);
}

static void several_processes_behind_one_url_are_recognised(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
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
        reading = scraped_answer(&instance, text);
        scraped_values(&reading, values);
        assert_true(isnan(values[METRIC_RPS]));
    }
    assert_true(reading.mixed);
    assert_true(isnan(values[METRIC_FDS]));
    scraped_free(&instance);
}

static void several_processes_without_start_times_are_recognised(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    struct reading reading = {0};
    for (int i = 0; i < 8; i++) {
        char text[64];
        snprintf(
            text, sizeof text, "agent_requests_total %d\n", (i % 2 ? 400 : 1000) + i);
        reading = scraped_answer(&instance, text);
        scraped_values(&reading, values);
        assert_true(isnan(values[METRIC_RPS]));
    }
    assert_true(reading.mixed);
    scraped_free(&instance);
}

static void a_long_gap_is_not_averaged_over(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    scraped_answer(&instance, "agent_requests_total 10\n");
    scraped_answer(&instance, "agent_requests_total 20\n");
    instance.now_ns += 60 * NS_PER_S;
    struct reading reading = scraped_answer(&instance, "agent_requests_total 5000\n");
    scraped_values(&reading, values);
    assert_true(isnan(values[METRIC_RPS]));
    reading = scraped_answer(&instance, "agent_requests_total 5005\n");
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_RPS], 5);
    scraped_free(&instance);
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
        struct scraped instance = scraped_new();
        assert_true(scraped_answer(&instance, texts[i]).odd);
        scraped_free(&instance);
    }
}

static void values_that_count_nothing_are_not_counted(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    scraped_answer(
        &instance,
        "agent_requests_total{a=\"1\"} 10\nagent_requests_total{a=\"2\"} NaN\n");
    scraped_answer(
        &instance,
        "agent_requests_total{a=\"1\"} 1e309\nagent_requests_total{a=\"2\"} 4\n");
    scraped_answer(
        &instance,
        "agent_requests_total{a=\"1\"} 12\nagent_requests_total{a=\"2\"} -3\n");
    struct reading reading = scraped_answer(
        &instance,
        "agent_requests_total{a=\"1\"} 15\nagent_requests_total{a=\"2\"} 9\n");
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_RPS], 3);
    scraped_free(&instance);
}

static void a_series_written_twice_counts_once(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    scraped_answer(&instance, "agent_requests_total 10\nagent_requests_total 90\n");
    struct reading reading =
        scraped_answer(&instance, "agent_requests_total 12\nagent_requests_total 95\n");
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_RPS], 2);
    scraped_free(&instance);
}

static void of_two_names_for_the_same_only_one_counts(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    scraped_answer(
        &instance,
        "http_requests_total{status=\"2xx\"} 100\nagent_requests_total 10\n");
    struct reading reading = scraped_answer(
        &instance,
        "http_requests_total{status=\"2xx\"} 300\nagent_requests_total 15\n");
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_RPS], 5);
    scraped_free(&instance);
}

static void more_series_than_the_limit_make_the_answer_worthless(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
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
    scraped_values(&reading, values);
    assert_true(reading.truncated);
    assert_true(isnan(values[METRIC_RPS]));
    buffer_clear(&body);
    scraped_free(&instance);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_need_two_answers),
        cmocka_unit_test(without_requests_there_is_no_share_and_no_percentile),
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
        cmocka_unit_test(more_series_than_the_limit_make_the_answer_worthless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
