/* SPDX-License-Identifier: MIT */
#include "report/plain_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "support/fixture_model.h"

static struct state state;

static struct status_judgement judge_fixture(enum fixture fixture) {
    fixture_state(fixture, fixture_now_ns(), &state);
    const struct status_rules rules = {
        .wants_evidence = true, .now_ns = fixture_now_ns()};
    return status_judge(&state, &rules);
}

/* The words of the objective of that kind of the canary. */
static const char *words_of(enum fixture fixture, enum objective_kind kind) {
    static char words[256];
    struct text text = TEXT_IN(words);
    struct status_judgement judgement = judge_fixture(fixture);
    for (uint32_t i = 0; i < judgement.objectives.count; i++) {
        const struct objective *objective = &judgement.objectives.items[i];
        if (objective->track != TRACK_CANARY || objective->kind != kind) continue;
        plain_add_objective(&text, objective);
    }
    return words;
}

static void an_objective_is_told_in_whole_words(void **test) {
    (void)test;
    assert_string_equal(
        words_of(FIXTURE_WORSE, OBJECTIVE_P95),
        "FAIL canary p95 2.22 s, limit 2.00 s, for 59 s, n 213");
    assert_string_equal(
        words_of(FIXTURE_HEALTHY, OBJECTIVE_ERRORS),
        "PASS canary errors 0.11 percent, limit 1.00 percent, for 59 s, n 213");
}

static void a_comparison_names_both_and_its_limit(void **test) {
    (void)test;
    assert_string_equal(
        words_of(FIXTURE_WORSE, OBJECTIVE_P95_WORSE),
        "WARN canary p95 2.22 s, stable 0.96 s, plus 131 percent, limit plus 20 "
        "percent, "
        "for 59 s, n 213");
    assert_string_equal(
        words_of(FIXTURE_WORSE, OBJECTIVE_ERRORS_WORSE),
        "WARN canary errors 2.91 percent, stable 0.07 percent, limit plus 100 percent, "
        "for 59 s, n 213");
}

static void the_status_has_rate_errors_latency_and_parts(void **test) {
    (void)test;
    char words[512];
    struct text text = TEXT_IN(words);
    struct status_judgement judgement = judge_fixture(FIXTURE_REDIS_DEAD);
    plain_add_status(&text, &state, &judgement, fixture_now_ns());
    assert_string_equal(
        words, "status: FAIL. stable 34.9 requests per second, errors 0.07 percent, "
               "p95 0.96 s, "
               "n 2060 in 59 s. canary 3.6 requests per second, errors 0.11 percent, "
               "p95 0.96 s, "
               "n 213 in 59 s. health degraded, 0 of 2 ok. redis silent. queue silent, "
               "0 of 2 ok. "
               "worker silent, 0 of 2 ok.");
}

static void old_figures_are_not_told(void **test) {
    (void)test;
    char words[512];
    struct text text = TEXT_IN(words);
    judge_fixture(FIXTURE_NO_CANARY);
    uint64_t later_ns = fixture_now_ns() + 75 * NS_PER_S;
    const struct status_rules rules = {.wants_evidence = true, .now_ns = later_ns};
    struct status_judgement judgement = status_judge(&state, &rules);
    plain_add_status(&text, &state, &judgement, later_ns);
    assert_non_null(
        strstr(words, "status: INCONCLUSIVE. stable no figures for 1m15s. health ok."));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_objective_is_told_in_whole_words),
        cmocka_unit_test(a_comparison_names_both_and_its_limit),
        cmocka_unit_test(the_status_has_rate_errors_latency_and_parts),
        cmocka_unit_test(old_figures_are_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
