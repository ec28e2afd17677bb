/* SPDX-License-Identifier: MIT */
#include "core/objective.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"

#define NOW_NS (1000 * NS_PER_S)

static struct state state;
static struct objectives objectives;

static void put(enum track track, enum metric metric, double value) {
    state.values[track][metric] = (float)value;
    state.value_ns[track][metric] = NOW_NS - NS_PER_S;
}

static void see(enum track track, double samples, double p95_ms, double errors) {
    state.instances[track] = 1;
    put(track, METRIC_SEEN, samples);
    put(track, METRIC_SEEN_SPAN, 59000);
    put(track, METRIC_SEEN_P95, p95_ms);
    put(track, METRIC_SEEN_P95_LOW, p95_ms * 0.9);
    put(track, METRIC_SEEN_P95_HIGH, p95_ms * 1.1);
    put(track, METRIC_SEEN_ERRORS, errors);
}

static int set_up(void **test) {
    (void)test;
    state_init(&state);
    state.poll_ms = 1000;
    state.slo_p95_ms = 2000;
    state.slo_error_ratio = 0.01F;
    state.instances[TRACK_STABLE] = 1;
    return 0;
}

static const struct objective *judged(enum track track, enum objective_kind kind) {
    objectives_judge(&state, NOW_NS, &objectives);
    uint32_t i = 0;
    while (i < objectives.count &&
           (objectives.items[i].track != track || objectives.items[i].kind != kind)) {
        i++;
    }
    assert_true(i < objectives.count);
    return &objectives.items[i];
}

static void expect(
    enum track track, enum objective_kind kind, enum objective_level level,
    const char *expected) {
    const struct objective *objective = judged(track, kind);
    char words[128];
    struct text text = TEXT_IN(words);
    objective_add_words(&text, objective);
    assert_string_equal(words, expected);
    assert_int_equal(objective->level, level);
}

static void an_objective_has_value_limit_and_samples(void **test) {
    (void)test;
    see(TRACK_STABLE, 1930, 961, 0.0007);
    expect(
        TRACK_STABLE, OBJECTIVE_P95, OBJECTIVE_MET,
        "stable p95 961ms (SLO 2.00s) n 1.93k in 59s");
    expect(
        TRACK_STABLE, OBJECTIVE_ERRORS, OBJECTIVE_MET,
        "stable errors 0.07% (SLO 1.00%) n 1.93k in 59s");
    see(TRACK_STABLE, 1930, 2400, 0.025);
    expect(
        TRACK_STABLE, OBJECTIVE_P95, OBJECTIVE_FAIL,
        "stable p95 2.40s > SLO 2.00s n 1.93k in 59s");
    expect(
        TRACK_STABLE, OBJECTIVE_ERRORS, OBJECTIVE_FAIL,
        "stable errors 2.50% > SLO 1.00% n 1.93k in 59s");
}

static void few_requests_are_not_judged(void **test) {
    (void)test;
    see(TRACK_STABLE, 34, 9000, 0.5);
    expect(
        TRACK_STABLE, OBJECTIVE_P95, OBJECTIVE_UNJUDGED,
        "stable p95 not judged: not enough data (n 34 in 59s)");
    see(TRACK_STABLE, 100, 9000, 0.5);
    assert_int_equal(judged(TRACK_STABLE, OBJECTIVE_P95)->level, OBJECTIVE_FAIL);
}

static void what_may_be_chance_is_no_failure(void **test) {
    (void)test;
    see(TRACK_STABLE, 110, 2100, 0.018); /* two of 110 */
    expect(
        TRACK_STABLE, OBJECTIVE_P95, OBJECTIVE_WARN,
        "stable p95 2.10s > SLO 2.00s n 110 in 59s, may be chance");
    assert_int_equal(judged(TRACK_STABLE, OBJECTIVE_ERRORS)->level, OBJECTIVE_WARN);
}

static void without_requests_nothing_is_judged(void **test) {
    (void)test;
    see(TRACK_STABLE, 0, NAN, NAN);
    expect(
        TRACK_STABLE, OBJECTIVE_ERRORS, OBJECTIVE_UNJUDGED,
        "stable errors not judged: no requests in 59s");
    assert_true(objectives_lack_evidence(&objectives, &state));
}

static void old_figures_are_not_judged(void **test) {
    (void)test;
    see(TRACK_STABLE, 1930, 4900, 0.2);
    state.value_ns[TRACK_STABLE][METRIC_SEEN] = NOW_NS - 75 * NS_PER_S;
    expect(
        TRACK_STABLE, OBJECTIVE_P95, OBJECTIVE_UNJUDGED,
        "stable p95 not judged: no figures for 1m15s");
    state.value_ns[TRACK_STABLE][METRIC_SEEN] = NOW_NS - 4 * NS_PER_S;
    expect(
        TRACK_STABLE, OBJECTIVE_P95, OBJECTIVE_UNJUDGED,
        "stable p95 not judged: no figures for 4s");
    /* The count goes on, the percentile does not. */
    see(TRACK_STABLE, 1930, 4900, 0.2);
    state.value_ns[TRACK_STABLE][METRIC_SEEN_P95] = NOW_NS - 75 * NS_PER_S;
    assert_int_equal(judged(TRACK_STABLE, OBJECTIVE_P95)->level, OBJECTIVE_UNJUDGED);
}

static void what_nobody_counts_is_missing_only_where_it_is_asked_for(void **test) {
    (void)test;
    objectives_judge(&state, NOW_NS, &objectives);
    assert_int_equal(objectives.evidence[TRACK_STABLE].kind, EVIDENCE_ABSENT);
    assert_true(objectives_lack_evidence(&objectives, &state));
    state.slo_p95_ms = state.slo_error_ratio = NAN;
    objectives_judge(&state, NOW_NS, &objectives);
    assert_int_equal(objectives.count, 0);
    assert_false(objectives_lack_evidence(&objectives, &state));
    state.part_count = 1;
    state.parts[0].kind = PART_METRICS;
    assert_true(objectives_lack_evidence(&objectives, &state));
}

static void a_worse_canary_is_a_warning(void **test) {
    (void)test;
    see(TRACK_STABLE, 1930, 955, 0.0022);
    see(TRACK_CANARY, 260, 1500, 0.022);
    expect(
        TRACK_CANARY, OBJECTIVE_P95_WORSE, OBJECTIVE_WARN,
        "canary p95 1.50s vs stable 955ms: +57% (limit +20%) n 260 in 59s");
    state.slo_error_ratio = 0.1F;
    expect(
        TRACK_CANARY, OBJECTIVE_ERRORS_WORSE, OBJECTIVE_WARN,
        "canary errors 2.20% vs stable 0.22% (limit 2x) n 260 in 59s");
}

static void a_canary_is_not_called_worse_by_chance(void **test) {
    (void)test;
    see(TRACK_STABLE, 1930, 955, 0.0022);
    see(TRACK_CANARY, 260, 1160, 0.01); /* bounds meet; two or three failures */
    assert_int_equal(judged(TRACK_CANARY, OBJECTIVE_P95_WORSE)->level, OBJECTIVE_MET);
    assert_int_equal(
        judged(TRACK_CANARY, OBJECTIVE_ERRORS_WORSE)->level, OBJECTIVE_MET);
}

static void tracks_are_compared_only_with_enough_of_both_for_long_enough(void **test) {
    (void)test;
    see(TRACK_STABLE, 1930, 955, 0);
    see(TRACK_CANARY, 34, 1900, 0.3);
    expect(
        TRACK_CANARY, OBJECTIVE_P95_WORSE, OBJECTIVE_UNJUDGED,
        "canary p95 against stable not judged: not enough data (n 34 in 59s)");
    see(TRACK_CANARY, 340, 1900, 0.3);
    put(TRACK_CANARY, METRIC_SEEN_SPAN, 8000);
    assert_int_equal(
        judged(TRACK_CANARY, OBJECTIVE_P95_WORSE)->level, OBJECTIVE_UNJUDGED);
    put(TRACK_CANARY, METRIC_SEEN_SPAN, 30000);
    assert_int_equal(judged(TRACK_CANARY, OBJECTIVE_P95_WORSE)->level, OBJECTIVE_WARN);
    put(TRACK_STABLE, METRIC_SEEN, 12);
    assert_int_equal(
        judged(TRACK_CANARY, OBJECTIVE_P95_WORSE)->level, OBJECTIVE_UNJUDGED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_objective_has_value_limit_and_samples, set_up),
        cmocka_unit_test_setup(few_requests_are_not_judged, set_up),
        cmocka_unit_test_setup(what_may_be_chance_is_no_failure, set_up),
        cmocka_unit_test_setup(without_requests_nothing_is_judged, set_up),
        cmocka_unit_test_setup(old_figures_are_not_judged, set_up),
        cmocka_unit_test_setup(
            what_nobody_counts_is_missing_only_where_it_is_asked_for, set_up),
        cmocka_unit_test_setup(a_worse_canary_is_a_warning, set_up),
        cmocka_unit_test_setup(a_canary_is_not_called_worse_by_chance, set_up),
        cmocka_unit_test_setup(
            tracks_are_compared_only_with_enough_of_both_for_long_enough, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
