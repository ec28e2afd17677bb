/* SPDX-License-Identifier: MIT */
#include "report/status_judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static struct state state;

static int set_up(void **test) {
    (void)test;
    state_init(&state);
    return 0;
}

static struct part *add_part(
    enum part_kind kind, const char *name, enum part_status status) {
    struct part *part = &state.parts[state.part_count++];
    *part = (struct part){.kind = kind, .status = status};
    assert_true(text_copy(part->name, sizeof part->name, name));
    part->polled_ns = 1;
    part->answered_ns = status == PART_SILENT || status == PART_UNKNOWN ? 0 : 1;
    if (part->answered_ns) part->http_status = 200;
    return part;
}

static void expect(enum verdict verdict, enum exit_code code, const char *reason) {
    struct status_judgement judgement = status_judge(&state, false, false);
    assert_int_equal(judgement.verdict, verdict);
    assert_int_equal(judgement.code, code);
    assert_string_equal(judgement.reason, reason);
}

static void nothing_to_ask_is_never_green(void **test) {
    (void)test;
    expect(
        VERDICT_INCONCLUSIVE, EXIT_CODE_INCONCLUSIVE,
        "there is nothing to ask the agent");
    add_part(PART_REDIS, "redis", PART_OK);
    expect(
        VERDICT_INCONCLUSIVE, EXIT_CODE_INCONCLUSIVE,
        "there is nothing to ask the agent");
}

static void all_well_is_a_pass(void **test) {
    (void)test;
    add_part(PART_HEALTH, "stable", PART_OK);
    add_part(PART_REDIS, "redis", PART_OK);
    expect(VERDICT_PASS, EXIT_CODE_OK, "every part answers and is well");
}

static void an_agent_that_never_answers_is_judged_no_further(void **test) {
    (void)test;
    add_part(PART_HEALTH, "stable", PART_SILENT);
    add_part(PART_METRICS, "stable", PART_SILENT);
    add_part(PART_REDIS, "redis", PART_BAD);
    struct status_judgement judgement = status_judge(&state, false, false);
    assert_int_equal(judgement.verdict, VERDICT_ERROR);
    assert_int_equal(judgement.code, EXIT_CODE_UNREACHABLE);
    assert_non_null(strstr(judgement.reason, "health stable is silent"));
}

static void an_agent_that_lets_nobody_in_could_not_be_judged(void **test) {
    (void)test;
    add_part(PART_HEALTH, "stable", PART_BAD)->http_status = 401;
    add_part(PART_METRICS, "stable", PART_BAD)->http_status = 403;
    struct status_judgement judgement = status_judge(&state, false, false);
    assert_int_equal(judgement.code, EXIT_CODE_UNREACHABLE);
    assert_non_null(strstr(judgement.reason, "not authorised"));
    add_part(PART_READY, "stable", PART_OK);
    judgement = status_judge(&state, false, false);
    assert_int_equal(judgement.code, EXIT_CODE_FAILED);
}

static void one_answer_is_enough_to_be_reached(void **test) {
    (void)test;
    add_part(PART_HEALTH, "stable", PART_OK);
    add_part(PART_HEALTH, "canary", PART_SILENT);
    expect(VERDICT_FAIL, EXIT_CODE_FAILED, "health canary is silent");
}

static void a_bad_or_silent_part_fails_and_is_named_with_its_reason(void **test) {
    (void)test;
    add_part(PART_HEALTH, "stable", PART_OK);
    struct part *redis = add_part(PART_REDIS, "redis", PART_SILENT);
    assert_true(text_copy(redis->detail, sizeof redis->detail, "connection refused"));
    add_part(PART_SPLIT, "split", PART_BAD);
    expect(
        VERDICT_FAIL, EXIT_CODE_FAILED,
        "redis is silent: connection refused; split is bad");
}

static void what_has_not_answered_yet_is_inconclusive(void **test) {
    (void)test;
    add_part(PART_HEALTH, "stable", PART_OK);
    add_part(PART_QUEUE, "jobs", PART_UNKNOWN);
    expect(VERDICT_INCONCLUSIVE, EXIT_CODE_INCONCLUSIVE, "queue jobs is unknown");
    struct status_judgement judgement = status_judge(&state, false, true);
    assert_int_equal(judgement.code, EXIT_CODE_FAILED);
}

static void a_rollout_without_a_controller_is_no_fault(void **test) {
    (void)test;
    add_part(PART_HEALTH, "stable", PART_OK);
    struct part *rollout = add_part(PART_ROLLOUT, "rollout", PART_UNKNOWN);
    expect(VERDICT_PASS, EXIT_CODE_OK, "every part answers and is well");
    rollout->status = PART_SILENT;
    expect(VERDICT_FAIL, EXIT_CODE_FAILED, "rollout is silent");
}

static void degraded_passes_unless_asked_to_fail(void **test) {
    (void)test;
    add_part(PART_HEALTH, "stable", PART_DEGRADED);
    expect(VERDICT_PASS, EXIT_CODE_OK, "health stable is degraded");
    struct status_judgement judgement = status_judge(&state, true, false);
    assert_int_equal(judgement.verdict, VERDICT_FAIL);
    assert_true(judgement.degraded);
}

static void many_bad_parts_are_counted(void **test) {
    (void)test;
    add_part(PART_HEALTH, "stable", PART_OK);
    for (int i = 0; i < 7; i++) add_part(PART_WORKER, "w", PART_SILENT);
    struct status_judgement judgement = status_judge(&state, false, false);
    assert_non_null(strstr(judgement.reason, "; and 3 more"));
}

static void every_set_of_statuses_without_a_whole_answer_is_not_green(void **test) {
    (void)test;
    static const enum part_status all[] = {
        PART_UNKNOWN, PART_OK, PART_DEGRADED, PART_BAD, PART_SILENT};
    for (unsigned mask = 0; mask < 125; mask++) {
        state_init(&state);
        enum part_status a = all[mask % 5];
        enum part_status b = all[mask / 5 % 5];
        enum part_status c = all[mask / 25 % 5];
        add_part(PART_HEALTH, "stable", a);
        add_part(PART_REDIS, "redis", b);
        add_part(PART_QUEUE, "jobs", c);
        bool whole = (a == PART_OK || a == PART_DEGRADED) &&
                     (b == PART_OK || b == PART_DEGRADED) &&
                     (c == PART_OK || c == PART_DEGRADED);
        struct status_judgement judgement = status_judge(&state, false, false);
        assert_int_equal(judgement.code == EXIT_CODE_OK, whole);
    }
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(nothing_to_ask_is_never_green),
        TEST(all_well_is_a_pass),
        TEST(an_agent_that_never_answers_is_judged_no_further),
        TEST(an_agent_that_lets_nobody_in_could_not_be_judged),
        TEST(one_answer_is_enough_to_be_reached),
        TEST(a_bad_or_silent_part_fails_and_is_named_with_its_reason),
        TEST(what_has_not_answered_yet_is_inconclusive),
        TEST(a_rollout_without_a_controller_is_no_fault),
        TEST(degraded_passes_unless_asked_to_fail),
        TEST(many_bad_parts_are_counted),
        TEST(every_set_of_statuses_without_a_whole_answer_is_not_green),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
