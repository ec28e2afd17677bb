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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instances_add_up_and_mixed_ones_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
