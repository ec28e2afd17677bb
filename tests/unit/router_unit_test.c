/* SPDX-License-Identifier: MIT */
#include "core/router_unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/harm_metric.h"

static const struct router_line good = {
    .kind = ROUTER_LINE_REQUEST,
    .arm = TRACK_CANARY,
    .is_chat = true,
    .status = 200,
    .termination = {'-', '-'},
    .weight_bp = 500,
    .salt = 7,
    .has_user = true,
    .user = 99,
    .total_ms = 40,
    .has_tokens = true,
    .tokens = 42,
};

static void a_request_becomes_an_observation(void **state) {
    (void)state;
    struct observation seen = router_unit_observe(&good);
    assert_true(router_unit_counts(&good));
    assert_int_equal(seen.assigned, ARM_CANARY);
    assert_int_equal(seen.served, ARM_CANARY);
    assert_int_equal(seen.weight_bp, 500);
    assert_int_equal(seen.user, 99);
    assert_int_equal(seen.failed, 0);
    assert_false(seen.is_running);
    assert_int_equal(seen.latency_us, 40000);
    assert_int_equal(seen.tokens, 42);
    assert_true(seen.cost_micro == OBSERVATION_UNKNOWN);
}

static void what_stable_answered_for_the_canary_is_its_failure(void **state) {
    (void)state;
    struct router_line line = good;
    line.is_strayed = true;
    struct observation seen = router_unit_observe(&line);
    assert_int_equal(seen.assigned, ARM_CANARY);
    assert_int_equal(seen.served, ARM_STABLE);
    assert_int_equal(seen.failed, HARM_BIT(HARM_ERRORS));
}

static void who_left_says_only_how_long_it_took(void **state) {
    (void)state;
    struct router_line line = good;
    line.excluded = ROUTER_LINE_CLIENT_LEFT;
    line.status = 0;
    struct observation seen = router_unit_observe(&line);
    assert_true(seen.is_running);
    assert_int_equal(seen.failed, 0);
    assert_int_equal(seen.latency_us, 40000);
}

static void what_is_no_evidence_does_not_count(void **state) {
    (void)state;
    struct router_line line = good;
    line.is_chat = false;
    assert_false(router_unit_counts(&line));
    line = good;
    line.is_contradictory = true;
    assert_false(router_unit_counts(&line));
    line = good;
    line.excluded = ROUTER_LINE_LIMITED;
    assert_false(router_unit_counts(&line));
    line = good;
    line.kind = ROUTER_LINE_REFUSED;
    assert_false(router_unit_counts(&line));
    line = good;
    line.salt = 0;
    assert_int_equal(router_unit_observe(&line).weight_bp, 0);
}

/* Looking at a job twice must not be two requests. */
static void a_job_is_always_of_somebody(void **state) {
    (void)state;
    struct router_line line = good, other;
    line.has_user = false;
    assert_int_equal(router_unit_observe(&line).user, 0);
    line.status = ROUTER_LINE_ACCEPTED;
    memcpy(line.job, "01J", 4);
    other = line;
    memcpy(other.job, "01K", 4);
    uint64_t user = router_unit_observe(&line).user;
    assert_true(user != 0 && user == router_unit_observe(&line).user);
    assert_true(user != router_unit_observe(&other).user);
    line.has_user = true;
    line.user = 0;
    assert_int_equal(router_unit_observe(&line).user, 1);
}

static void an_end_says_what_became_of_it(void **state) {
    (void)state;
    struct observation seen = router_unit_observe(&good);
    seen.is_running = true;
    const struct router_unit_end end = {
        .failed = true,
        .latency_us = 5,
        .cost_micro = 6,
        .tokens = 7,
        .tools_failed = 1};
    router_unit_end(&seen, &end);
    assert_false(seen.is_running);
    assert_int_equal(seen.failed, HARM_BIT(HARM_ERRORS) | HARM_BIT(HARM_TOOLS));
    assert_int_equal(seen.latency_us, 5);
    assert_int_equal(seen.cost_micro, 6);
    assert_int_equal(seen.tokens, 7);
}

/* Silence is no answer, and one that only begins says nothing yet. */
static void only_who_says_so_has_no_refusal_and_no_failed_tool(void **state) {
    (void)state;
    const uint32_t both = HARM_BIT(HARM_REFUSALS) | HARM_BIT(HARM_TOOLS);
    struct router_line line = good;
    assert_int_equal(router_unit_observe(&line).told, 0);
    memcpy(line.outcome, "success", 8);
    line.has_tools = true;
    struct observation seen = router_unit_observe(&line);
    assert_int_equal(seen.told, both);
    assert_int_equal(seen.failed, 0);
    memcpy(line.outcome, "refused", 8);
    line.tools_failed = 2;
    assert_int_equal(router_unit_observe(&line).failed, both);
    memcpy(line.outcome, "streaming", 10);
    line.tools_failed = 0;
    assert_int_equal(router_unit_observe(&line).told, 0);
    struct router_unit_end end = {.has_tools = true};
    router_unit_end(&seen, &end);
    assert_int_equal(seen.told, HARM_BIT(HARM_TOOLS));
    end.has_outcome = true;
    router_unit_end(&seen, &end);
    assert_int_equal(seen.told, both);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_becomes_an_observation),
        cmocka_unit_test(what_stable_answered_for_the_canary_is_its_failure),
        cmocka_unit_test(who_left_says_only_how_long_it_took),
        cmocka_unit_test(what_is_no_evidence_does_not_count),
        cmocka_unit_test(a_job_is_always_of_somebody),
        cmocka_unit_test(an_end_says_what_became_of_it),
        cmocka_unit_test(only_who_says_so_has_no_refusal_and_no_failed_tool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
