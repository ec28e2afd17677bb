/* SPDX-License-Identifier: MIT */
#include "core/reading.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/scraped.h"

static void instances_add_up_and_mixed_ones_are_left_out(void **state) {
    (void)state;
    struct scraped a = scraped_new();
    struct scraped b = scraped_new();
    scraped_answer(
        &a, "agent_requests_total{status=\"ok\"} 0\n"
            "agent_request_duration_seconds_bucket{le=\"1\"} 0\n"
            "agent_request_duration_seconds_bucket{le=\"+Inf\"} 0\n");
    scraped_answer(
        &b, "agent_requests_total{status=\"error\"} 0\n"
            "agent_request_duration_seconds_bucket{le=\"2\"} 0\n"
            "agent_request_duration_seconds_bucket{le=\"+Inf\"} 0\n");
    struct reading first = scraped_answer(
        &a, "agent_requests_total{status=\"ok\"} 30\n"
            "agent_request_duration_seconds_bucket{le=\"1\"} 30\n"
            "agent_request_duration_seconds_bucket{le=\"+Inf\"} 30\n");
    struct reading second = scraped_answer(
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
    scraped_free(&a);
    scraped_free(&b);
}

/* One answer of an instance that has served so many requests,
 * a tenth of them slow and a twentieth failed. */
static struct reading served(struct scraped *instance, unsigned start, unsigned count) {
    char text[512];
    snprintf(
        text, sizeof text,
        "process_start_time_seconds %u\n"
        "agent_requests_total{status=\"ok\"} %u\n"
        "agent_requests_total{status=\"error\"} %u\n"
        "agent_request_duration_seconds_bucket{le=\"1\"} %u\n"
        "agent_request_duration_seconds_bucket{le=\"2\"} %u\n"
        "agent_request_duration_seconds_bucket{le=\"+Inf\"} %u\n",
        start, count - count / 20, count / 20, count - count / 10, count, count);
    return scraped_answer(instance, text);
}

static void what_is_judged_is_counted_over_the_time_that_was_seen(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    struct reading reading = served(&instance, 100, 40000);
    scraped_values(&reading, values);
    assert_true(isnan(values[METRIC_SEEN]));
    for (unsigned i = 1; i <= 3; i++) reading = served(&instance, 100, 40000 + 40 * i);
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_SEEN], 120);
    assert_near((double)values[METRIC_SEEN_SPAN], 3000);
    assert_near((double)values[METRIC_SEEN_ERRORS], 0.05);
    assert_near((double)values[METRIC_SEEN_P95], 1500);
    assert_true(values[METRIC_SEEN_P95_LOW] < 1200);
    assert_true(values[METRIC_SEEN_P95_HIGH] > 1800);
    for (unsigned i = 4; i <= 90; i++) reading = served(&instance, 100, 40000 + 40 * i);
    scraped_values(&reading, values);
    double span_s = (double)values[METRIC_SEEN_SPAN] / 1000;
    assert_true(span_s > 55 && span_s < 62);
    assert_near((double)values[METRIC_SEEN], 40 * span_s);
    scraped_free(&instance);
}

static void what_is_judged_begins_again_with_the_process(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    struct reading reading = {0};
    for (unsigned i = 0; i < 30; i++) reading = served(&instance, 100, 40 * i);
    reading = served(&instance, 500, 20);
    scraped_values(&reading, values);
    assert_true(isnan(values[METRIC_SEEN]));
    reading = served(&instance, 500, 60);
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_SEEN], 40);
    assert_near((double)values[METRIC_SEEN_SPAN], 1000);
    scraped_free(&instance);
}

static void without_requests_there_is_nothing_to_judge(void **state) {
    (void)state;
    struct scraped instance = scraped_new();
    float values[METRIC_COUNT];
    struct reading reading = served(&instance, 100, 400);
    reading = served(&instance, 100, 400);
    scraped_values(&reading, values);
    assert_near((double)values[METRIC_SEEN], 0);
    assert_true(isnan(values[METRIC_SEEN_P95]));
    assert_true(isnan(values[METRIC_SEEN_P95_LOW]));
    assert_true(isnan(values[METRIC_SEEN_ERRORS]));
    scraped_free(&instance);
}

static void percentiles_of_a_minute_come_from_merged_buckets(void **state) {
    (void)state;
    struct scraped few = scraped_new();
    struct scraped many = scraped_new();
    float values[METRIC_COUNT];
    scraped_answer(
        &few, "agent_request_duration_seconds_bucket{le=\"8\"} 0\n"
              "agent_request_duration_seconds_bucket{le=\"9\"} 0\n"
              "agent_request_duration_seconds_bucket{le=\"+Inf\"} 0\n");
    served(&many, 100, 0);
    struct reading slow = scraped_answer(
        &few, "agent_request_duration_seconds_bucket{le=\"8\"} 0\n"
              "agent_request_duration_seconds_bucket{le=\"9\"} 10\n"
              "agent_request_duration_seconds_bucket{le=\"+Inf\"} 10\n");
    struct reading fast = served(&many, 100, 990);
    const struct reading *both[] = {&slow, &fast};
    readings_sum(both, 2, values);
    assert_near((double)values[METRIC_SEEN], 1000);
    assert_true(values[METRIC_SEEN_P95] < 2000); /* 5.1 s as a mean of percentiles */
    scraped_free(&few);
    scraped_free(&many);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instances_add_up_and_mixed_ones_are_left_out),
        cmocka_unit_test(what_is_judged_is_counted_over_the_time_that_was_seen),
        cmocka_unit_test(what_is_judged_begins_again_with_the_process),
        cmocka_unit_test(without_requests_there_is_nothing_to_judge),
        cmocka_unit_test(percentiles_of_a_minute_come_from_merged_buckets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
