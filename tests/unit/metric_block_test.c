/* Blocks of counts from real expositions: what an instance says second by second. */
/* SPDX-License-Identifier: MIT */
#include "core/metric_block.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/scraped.h"

enum { TEXT_SIZE = 1024 };

/* Totals of an instance: requests by how they ended, latencies by bucket. */
struct totals {
    unsigned good, failed, within_100ms, within_1s, all;
    unsigned start_s;
};

static struct reading tell(struct scraped *scraped, const struct totals *totals) {
    char text[TEXT_SIZE];
    int length = snprintf(
        text, sizeof text,
        "agent_requests_total{status=\"success\"} %u\n"
        "agent_requests_total{status=\"error\"} %u\n"
        "agent_request_duration_seconds_bucket{le=\"0.1\"} %u\n"
        "agent_request_duration_seconds_bucket{le=\"1\"} %u\n"
        "agent_request_duration_seconds_bucket{le=\"+Inf\"} %u\n"
        "agent_request_duration_seconds_count %u\n"
        "process_start_time_seconds %u\n",
        totals->good, totals->failed, totals->within_100ms, totals->within_1s,
        totals->all, totals->all, totals->start_s);
    assert_true(length > 0 && length < TEXT_SIZE);
    return scraped_answer(scraped, text);
}

static struct metric_limits limit_at(double p90_s) {
    struct metric_limits limits = {.has = HARM_BIT(HARM_P90)};
    limits.edges[HARM_P90] = p90_s;
    return limits;
}

static void assert_trials(
    const struct trials *trials, uint64_t count, uint64_t failures) {
    assert_int_equal(trials->count, count);
    assert_int_equal(trials->failures, failures);
}

static void a_block_is_what_came_since_the_reading_before(void **state) {
    (void)state;
    struct scraped scraped = scraped_new();
    const struct metric_limits limits = limit_at(0.1);
    struct metric_block block = {0};
    struct reading reading =
        tell(&scraped, &(struct totals){900, 100, 500, 900, 1000, 5});
    assert_true(metric_block_add(&block, &limits, ARM_CANARY, &reading));
    assert_trials(&block.trials[ARM_CANARY][HARM_ERRORS], 0, 0); /* from before */
    reading = tell(&scraped, &(struct totals){918, 102, 515, 917, 1020, 5});
    assert_true(metric_block_add(&block, &limits, ARM_CANARY, &reading));
    reading = tell(&scraped, &(struct totals){921, 102, 516, 920, 1023, 5});
    assert_true(metric_block_add(&block, &limits, ARM_CANARY, &reading));
    assert_trials(&block.trials[ARM_CANARY][HARM_ERRORS], 23, 2);
    assert_trials(&block.trials[ARM_CANARY][HARM_P90], 23, 7);
    assert_true(metric_block_has(&block, HARM_ERRORS));
    assert_true(metric_block_has(&block, HARM_P90));
    assert_false(metric_block_has(&block, HARM_P99)); /* it has no limit */
    assert_trials(&block.trials[ARM_STABLE][HARM_ERRORS], 0, 0);
    scraped_free(&scraped);
}

static void a_limit_that_is_no_edge_counts_nothing(void **state) {
    (void)state;
    struct scraped scraped = scraped_new();
    const struct metric_limits limits = limit_at(0.25);
    struct metric_block block = {0};
    tell(&scraped, &(struct totals){0, 0, 0, 0, 0, 5});
    struct reading reading = tell(&scraped, &(struct totals){20, 0, 10, 15, 20, 5});
    assert_true(metric_block_add(&block, &limits, ARM_STABLE, &reading));
    assert_false(metric_block_has(&block, HARM_P90));
    assert_trials(&block.trials[ARM_STABLE][HARM_P90], 0, 0);
    assert_trials(&block.trials[ARM_STABLE][HARM_ERRORS], 20, 0);
    scraped_free(&scraped);
}

static void what_does_not_count_failures_is_no_proof_that_nothing_failed(void **state) {
    (void)state;
    struct scraped scraped = scraped_new();
    const struct metric_limits limits = {0};
    struct metric_block block = {0};
    scraped_answer(&scraped, "http_requests_total 10\n");
    struct reading reading = scraped_answer(&scraped, "http_requests_total 20\n");
    assert_false(metric_block_add(&block, &limits, ARM_CANARY, &reading));
    /* One that has had no request yet has no series of them. */
    struct scraped idle = scraped_new();
    scraped_answer(&idle, "process_open_fds 10\n");
    reading = scraped_answer(&idle, "process_open_fds 10\n");
    assert_true(metric_block_add(&block, &limits, ARM_CANARY, &reading));
    assert_false(block.counts[ARM_CANARY]);
    scraped_free(&scraped);
    scraped_free(&idle);
}

static void what_was_only_queued_or_refused_is_no_success(void **state) {
    (void)state;
    struct scraped scraped = scraped_new();
    const struct metric_limits limits = {0};
    struct metric_block block = {0};
    scraped_answer(
        &scraped, "agent_requests_total{status=\"success\"} 1\n"
                  "agent_requests_total{status=\"accepted\"} 5\n"
                  "agent_requests_total{status=\"rejected\"} 5\n"
                  "agent_requests_total{status=\"error\"} 0\n");
    struct reading reading = scraped_answer(
        &scraped, "agent_requests_total{status=\"success\"} 11\n"
                  "agent_requests_total{status=\"accepted\"} 105\n"
                  "agent_requests_total{status=\"rejected\"} 905\n"
                  "agent_requests_total{status=\"error\"} 3\n");
    assert_true(metric_block_add(&block, &limits, ARM_CANARY, &reading));
    assert_trials(&block.trials[ARM_CANARY][HARM_ERRORS], 13, 3);
    struct scraped http = scraped_new();
    scraped_answer(&http, "http_requests_total{code=\"200\"} 0\n");
    reading = scraped_answer(
        &http, "http_requests_total{code=\"200\"} 7\n"
               "http_requests_total{code=\"202\"} 70\n"
               "http_requests_total{code=\"404\"} 70\n"
               "http_requests_total{code=\"503\"} 2\n");
    assert_true(metric_block_add(&block, &limits, ARM_STABLE, &reading));
    assert_trials(&block.trials[ARM_STABLE][HARM_ERRORS], 9, 2);
    scraped_free(&http);
    scraped_free(&scraped);
}

static void a_restart_and_a_fall_are_told_apart_and_count_nothing(void **state) {
    (void)state;
    struct scraped scraped = scraped_new();
    tell(&scraped, &(struct totals){900, 100, 500, 900, 1000, 5});
    struct reading reading = tell(&scraped, &(struct totals){3, 40, 20, 30, 43, 70});
    assert_true(reading.restarted);
    assert_false(reading.fell);
    assert_near(reading.latest_failed, 0);
    assert_near(buckets_total(&reading.latest), 0);
    reading = tell(&scraped, &(struct totals){5, 41, 20, 30, 46, 70});
    assert_false(reading.restarted);
    assert_near(reading.latest_requests, 3);
    reading = tell(&scraped, &(struct totals){2, 41, 20, 30, 46, 70});
    assert_true(reading.fell);
    assert_false(reading.restarted);
    scraped_free(&scraped);
}

static void limits_are_the_edges_above_the_shares(void **state) {
    (void)state;
    struct metric_limits limits = {0};
    struct buckets stable = {0};
    buckets_put(&stable, 0.1, 480);
    buckets_put(&stable, 0.5, 900);
    buckets_put(&stable, 2, 985);
    buckets_put(&stable, HUGE_VAL, 999);
    assert_false(metric_limits_take(&limits, &stable)); /* too few */
    buckets_put(&stable, HUGE_VAL, 1);
    assert_true(metric_limits_take(&limits, &stable));
    assert_near(limits.edges[HARM_P50], 0.5);
    assert_near(limits.edges[HARM_P90], 0.5);
    assert_near(limits.edges[HARM_P95], 2);
    assert_int_equal(limits.has & HARM_BIT(HARM_P99), 0); /* above the last edge */
    assert_int_equal(limits.has & HARM_BIT(HARM_ERRORS), 0);
    struct buckets open = {0};
    buckets_put(&open, 0.1, 5000);
    assert_false(metric_limits_take(&limits, &open));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_is_what_came_since_the_reading_before),
        cmocka_unit_test(a_limit_that_is_no_edge_counts_nothing),
        cmocka_unit_test(what_does_not_count_failures_is_no_proof_that_nothing_failed),
        cmocka_unit_test(what_was_only_queued_or_refused_is_no_success),
        cmocka_unit_test(a_restart_and_a_fall_are_told_apart_and_count_nothing),
        cmocka_unit_test(limits_are_the_edges_above_the_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
