/* SPDX-License-Identifier: MIT */
#include "report/status_judge.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"

static struct state state;
static const struct status_rules plain = {0};

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
    struct status_judgement judgement = status_judge(&state, &plain);
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
    struct status_judgement judgement = status_judge(&state, &plain);
    assert_int_equal(judgement.verdict, VERDICT_ERROR);
    assert_int_equal(judgement.code, EXIT_CODE_UNREACHABLE);
    assert_non_null(strstr(judgement.reason, "health stable is silent"));
}

static void an_agent_that_lets_nobody_in_could_not_be_judged(void **test) {
    (void)test;
    add_part(PART_HEALTH, "stable", PART_BAD)->http_status = 401;
    add_part(PART_METRICS, "stable", PART_BAD)->http_status = 403;
    struct status_judgement judgement = status_judge(&state, &plain);
    assert_int_equal(judgement.code, EXIT_CODE_UNREACHABLE);
    const char *words = strstr(judgement.reason, "not authorised");
    assert_true(words && words > judgement.reason && words[-2] != ':');
    add_part(PART_READY, "stable", PART_OK);
    judgement = status_judge(&state, &plain);
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
    struct status_judgement judgement =
        status_judge(&state, &(struct status_rules){.fail_on_inconclusive = true});
    assert_int_equal(judgement.code, EXIT_CODE_FAILED);
}

static void who_was_asked_and_did_not_answer_in_time_is_silent(void **test) {
    (void)test;
    add_part(PART_HEALTH, "stable", PART_OK);
    add_part(PART_QUEUE, "jobs", PART_UNKNOWN);
    status_settle(&state, 1 + 1500 * NS_PER_MS);
    expect(
        VERDICT_FAIL, EXIT_CODE_FAILED, "queue jobs is silent: no answer after 1.50s");
}

static void who_was_never_asked_is_not_blamed(void **test) {
    (void)test;
    add_part(PART_HEALTH, "stable", PART_OK);
    add_part(PART_QUEUE, "jobs", PART_UNKNOWN)->polled_ns = 0;
    status_settle(&state, NS_PER_S);
    expect(
        VERDICT_INCONCLUSIVE, EXIT_CODE_INCONCLUSIVE,
        "queue jobs is not asked: the look ended first");
}

static void an_agent_that_was_never_asked_is_not_unreachable(void **test) {
    (void)test;
    add_part(PART_HEALTH, "stable", PART_UNKNOWN)->polled_ns = 0;
    add_part(PART_METRICS, "stable", PART_UNKNOWN)->polled_ns = 0;
    expect(
        VERDICT_INCONCLUSIVE, EXIT_CODE_INCONCLUSIVE,
        "health stable is not asked; metrics stable is not asked");
    state.parts[1].polled_ns = 1;
    status_settle(&state, NS_PER_S);
    struct status_judgement judgement = status_judge(&state, &plain);
    assert_int_equal(judgement.code, EXIT_CODE_UNREACHABLE);
}

static void what_could_not_be_known_stays_unknown(void **test) {
    (void)test;
    add_part(PART_HEALTH, "stable", PART_OK);
    struct part *queue = add_part(PART_QUEUE, "jobs", PART_UNKNOWN);
    queue->failures = 1; /* a poll has ended */
    status_settle(&state, NS_PER_S);
    assert_string_equal(status_word(queue), "unknown");
    assert_string_equal(queue->detail, "");
}

static void a_look_that_is_cut_short_is_never_green(void **test) {
    (void)test;
    add_part(PART_HEALTH, "stable", PART_OK);
    struct status_rules rules = {.cut_short = true};
    struct status_judgement judgement = status_judge(&state, &rules);
    assert_int_equal(judgement.verdict, VERDICT_INCONCLUSIVE);
    assert_memory_equal(judgement.reason, "cut short", 9);
    assert_false(judgement.whole);
    add_part(PART_READY, "stable", PART_DEGRADED);
    assert_int_equal(status_judge(&state, &rules).verdict, VERDICT_INCONCLUSIVE);
    rules.fail_on_degraded = true;
    assert_int_equal(status_judge(&state, &rules).verdict, VERDICT_FAIL);
    add_part(PART_REDIS, "redis", PART_SILENT);
    rules.fail_on_degraded = false;
    assert_int_equal(status_judge(&state, &rules).verdict, VERDICT_FAIL);
}

static void a_silent_instance_is_named_once(void **test) {
    (void)test;
    add_part(PART_HEALTH, "stable", PART_SILENT);
    add_part(PART_READY, "stable", PART_SILENT);
    add_part(PART_METRICS, "stable", PART_SILENT);
    expect(VERDICT_ERROR, EXIT_CODE_UNREACHABLE, "health stable is silent");
    add_part(PART_METRICS, "canary", PART_SILENT);
    expect(
        VERDICT_ERROR, EXIT_CODE_UNREACHABLE,
        "health stable is silent; metrics canary is silent");
}

static void the_worst_of_a_kind_speaks_for_it(void **test) {
    (void)test;
    assert_null(status_worst(&state, PART_METRICS, STATE_TRACK_NONE));
    assert_string_equal(status_word(NULL), "n/a");
    add_part(PART_METRICS, "stable", PART_OK)->track = TRACK_STABLE;
    add_part(PART_METRICS, "canary", PART_BAD)->track = TRACK_CANARY;
    const struct part *worst = status_worst(&state, PART_METRICS, STATE_TRACK_NONE);
    assert_string_equal(worst->name, "canary");
    worst = status_worst(&state, PART_METRICS, TRACK_STABLE);
    assert_string_equal(status_word(worst), "ok");
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
    struct status_judgement judgement =
        status_judge(&state, &(struct status_rules){.fail_on_degraded = true});
    assert_int_equal(judgement.verdict, VERDICT_FAIL);
    assert_true(judgement.degraded);
}

/* So many requests in two seconds, with that percentile in ms and that share failed. */
static void see(enum track track, float samples, float p95_ms, float errors) {
    state.instances[track] = 1;
    const struct {
        enum metric metric;
        float value;
    } values[] = {
        {METRIC_SEEN, samples},       {METRIC_SEEN_SPAN, 2000},
        {METRIC_SEEN_P95, p95_ms},    {METRIC_SEEN_P95_LOW, p95_ms * 0.9F},
        {METRIC_SEEN_ERRORS, errors}, {METRIC_SEEN_P95_HIGH, p95_ms * 1.1F},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        state.values[track][values[i].metric] = values[i].value;
        state.value_ns[track][values[i].metric] = 1;
    }
}

static void a_missed_objective_fails_as_in_the_cockpit(void **test) {
    (void)test;
    state.slo_p95_ms = 2000;
    add_part(PART_HEALTH, "stable", PART_OK);
    see(TRACK_STABLE, 400, 1000, 0);
    expect(VERDICT_PASS, EXIT_CODE_OK, "every part answers and is well");
    see(TRACK_STABLE, 400, 2400, 0);
    expect(VERDICT_FAIL, EXIT_CODE_FAILED, "stable p95 2.40s > SLO 2.00s n 400 in 2s");
    add_part(PART_REDIS, "redis", PART_SILENT);
    expect(
        VERDICT_FAIL, EXIT_CODE_FAILED,
        "redis is silent; stable p95 2.40s > SLO 2.00s n 400 in 2s");
}

static void what_may_be_chance_is_degraded(void **test) {
    (void)test;
    state.slo_p95_ms = 2000;
    add_part(PART_HEALTH, "stable", PART_OK);
    see(TRACK_STABLE, 400, 2100, 0);
    const char *words = "stable p95 2.10s > SLO 2.00s n 400 in 2s, may be chance";
    expect(VERDICT_PASS, EXIT_CODE_OK, words);
    struct status_judgement judgement =
        status_judge(&state, &(struct status_rules){.fail_on_degraded = true});
    assert_int_equal(judgement.verdict, VERDICT_FAIL);
    assert_string_equal(judgement.reason, words);
    assert_true(judgement.degraded);
}

static void too_few_requests_are_named_and_change_no_exit_code(void **test) {
    (void)test;
    state.slo_p95_ms = 2000;
    add_part(PART_HEALTH, "stable", PART_OK);
    add_part(PART_METRICS, "stable", PART_OK);
    see(TRACK_STABLE, 73, 9000, 0);
    see(TRACK_CANARY, 0, NAN, NAN);
    const char *words =
        "every part answers and is well; requests not judged: stable not "
        "enough data (n 73 in 2s), canary no requests in 2s";
    expect(VERDICT_PASS, EXIT_CODE_OK, words);
    struct status_judgement judgement = status_judge(
        &state, &(struct status_rules){.wants_evidence = true, .now_ns = 1});
    assert_int_equal(judgement.code, EXIT_CODE_INCONCLUSIVE);
    assert_string_equal(
        judgement.reason, "requests not judged: stable not enough data (n 73 in 2s), "
                          "canary no requests in 2s");
    see(TRACK_STABLE, 4000, 1000, 0);
    judgement = status_judge(
        &state, &(struct status_rules){.wants_evidence = true, .now_ns = 1});
    assert_int_equal(judgement.code, EXIT_CODE_OK);
    judgement = status_judge(
        &state,
        &(struct status_rules){.wants_evidence = true, .now_ns = NS_PER_S * 99});
    assert_int_equal(judgement.code, EXIT_CODE_INCONCLUSIVE);
}

static void many_bad_parts_are_counted(void **test) {
    (void)test;
    add_part(PART_HEALTH, "stable", PART_OK);
    for (int i = 0; i < 7; i++) add_part(PART_WORKER, "w", PART_SILENT);
    struct status_judgement judgement = status_judge(&state, &plain);
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
        struct status_judgement judgement = status_judge(&state, &plain);
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
        TEST(who_was_asked_and_did_not_answer_in_time_is_silent),
        TEST(who_was_never_asked_is_not_blamed),
        TEST(an_agent_that_was_never_asked_is_not_unreachable),
        TEST(what_could_not_be_known_stays_unknown),
        TEST(a_look_that_is_cut_short_is_never_green),
        TEST(a_silent_instance_is_named_once),
        TEST(the_worst_of_a_kind_speaks_for_it),
        TEST(a_rollout_without_a_controller_is_no_fault),
        TEST(degraded_passes_unless_asked_to_fail),
        TEST(a_missed_objective_fails_as_in_the_cockpit),
        TEST(what_may_be_chance_is_degraded),
        TEST(too_few_requests_are_named_and_change_no_exit_code),
        TEST(many_bad_parts_are_counted),
        TEST(every_set_of_statuses_without_a_whole_answer_is_not_green),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
