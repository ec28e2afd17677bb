/* SPDX-License-Identifier: MIT */
#include "ui/finding.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "support/fixture_model.h"

static struct findings findings_at(struct model *model, const struct state *state) {
    struct filter filter = {.words = ""};
    struct scene scene = {
        .state = state,
        .live = &model->state,
        .model = model,
        .now_ns = fixture_now_ns(),
        .view_ns = fixture_now_ns(),
        .window_ns = 300 * NS_PER_S,
        .filter = &filter,
    };
    struct findings findings;
    findings_of(&scene, &findings);
    return findings;
}

static struct findings findings_of_fixture(enum fixture fixture) {
    struct model *model = fixture_model(fixture);
    struct findings findings = findings_at(model, &model->state);
    model_free(model);
    return findings;
}

static bool says(const struct findings *findings, const char *words) {
    for (uint32_t i = 0; i < findings->count; i++) {
        if (strstr(findings->items[i].words, words)) return true;
    }
    return false;
}

static void all_is_well_only_when_everything_answers(void **state) {
    (void)state;
    struct findings findings = findings_of_fixture(FIXTURE_HEALTHY);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.items[0].level, FINDING_OK);
    assert_true(says(&findings, "all 16 parts answer"));
}

static void nothing_found_is_not_nothing_asked(void **state) {
    (void)state;
    struct model *model = model_new();
    struct findings findings = findings_at(model, &model->state);
    assert_int_equal(findings.items[0].level, FINDING_WAITING);
    assert_true(says(&findings, "nothing has been polled yet"));
    model->state.poll_ms = 1000;
    findings = findings_at(model, &model->state);
    assert_int_equal(findings.items[0].level, FINDING_WAITING);
    assert_true(says(&findings, "neither health nor metrics were found"));
    model_free(model);
}

static void a_silent_part_that_is_needed_comes_first(void **state) {
    (void)state;
    struct findings findings = findings_of_fixture(FIXTURE_REDIS_DEAD);
    assert_int_equal(findings.items[0].level, FINDING_FAIL);
    assert_string_equal(
        findings.items[0].words, "redis silent 13s: connection refused");
    assert_true(says(&findings, "worker-1 silent"));
    for (uint32_t i = 1; i < findings.count; i++) {
        assert_true(findings.items[i].level <= findings.items[i - 1].level);
    }
}

static void a_failing_objective_has_value_limit_and_samples(void **state) {
    (void)state;
    struct findings findings = findings_of_fixture(FIXTURE_WORSE);
    assert_int_equal(findings.items[0].level, FINDING_FAIL);
    assert_true(says(&findings, "canary p95 2.22s > SLO 2.00s n 2"));
    assert_true(says(&findings, "canary errors 2.91% > SLO 1.00% n 2"));
    assert_true(says(&findings, "vs stable"));
}

static void no_data_is_never_well(void **state) {
    (void)state;
    struct model *model = fixture_model(FIXTURE_HEALTHY);
    struct state past = model->state;
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        past.value_ns[track][METRIC_SEEN] -= 60 * NS_PER_S;
    }
    struct findings findings = findings_at(model, &past);
    assert_int_equal(findings.items[0].level, FINDING_WAITING);

    state_init(&past);
    findings = findings_at(model, &past);
    assert_int_equal(findings.items[0].level, FINDING_WAITING);
    model_free(model);

    findings = findings_of_fixture(FIXTURE_MISSING);
    assert_int_equal(findings.items[0].level, FINDING_FAIL);
    assert_true(says(&findings, "never answered"));
}

/* Nobody asks any more, and the agents say so. */
static void stop_traffic(struct state *state, uint64_t since_ns) {
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        state->values[track][METRIC_RPS] = 0;
        state->values[track][METRIC_SEEN] = 0;
        state->values[track][METRIC_P95] = 4900;
        state->value_ns[track][METRIC_P95] -= since_ns;
        state->value_ns[track][METRIC_SEEN_P95] -= since_ns;
        state->value_ns[track][METRIC_SEEN_ERRORS] -= since_ns;
    }
}

static void figures_without_traffic_are_dated_and_never_well(void **state) {
    (void)state;
    struct model *model = fixture_model(FIXTURE_HEALTHY);
    struct state past = model->state;
    stop_traffic(&past, 75 * NS_PER_S);
    struct findings findings = findings_at(model, &past);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.items[0].level, FINDING_WAITING);
    assert_string_equal(
        findings.items[0].words, "stable: no requests in 59s · last p95 4.90s 1m ago "
                                 "· all 16 parts answer");
    model_free(model);
}

static void few_requests_of_the_canary_are_said_not_judged(void **state) {
    (void)state;
    struct model *model = fixture_model(FIXTURE_WORSE);
    struct state past = model->state;
    past.values[TRACK_CANARY][METRIC_SEEN] = 34;
    struct findings findings = findings_at(model, &past);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.items[0].level, FINDING_OK);
    assert_true(says(&findings, "canary not enough data (n 34 in 59s)"));
    past = model->state;
    past.slo_p95_ms = past.slo_error_ratio = 9000;
    past.values[TRACK_STABLE][METRIC_SEEN] = 12;
    findings = findings_at(model, &past);
    assert_int_equal(findings.items[0].level, FINDING_OK);
    assert_true(says(&findings, "stable not enough data (n 12 in 59s)"));
    assert_true(says(&findings, "canary n 213 in 59s · p95 2.22s"));
    past.values[TRACK_CANARY][METRIC_SEEN] = 34;
    findings = findings_at(model, &past);
    assert_int_equal(findings.items[0].level, FINDING_WAITING);
    assert_true(says(&findings, "stable: not enough data (n 12 in 59s)"));
    model_free(model);
}

static void more_than_can_be_said_is_counted(void **state) {
    (void)state;
    struct model *model = fixture_model(FIXTURE_HEALTHY);
    struct state past = model->state;
    for (uint32_t i = 0; i < past.part_count; i++) {
        past.parts[i].status = i < 10 ? PART_DEGRADED : PART_SILENT;
    }
    struct findings findings = findings_at(model, &past);
    assert_int_equal(findings.count, FINDINGS_MAX);
    assert_int_equal(findings.count + findings.more, past.part_count);
    assert_int_equal(findings.items[0].level, FINDING_FAIL);
    assert_int_equal(findings.items[5].level, FINDING_FAIL);
    assert_int_equal(findings.items[6].level, FINDING_WARN);
    model_free(model);
}

static void an_address_is_named_only_where_it_tells_parts_apart(void **state) {
    (void)state;
    struct state one;
    state_init(&one);
    one.part_count = 2;
    one.parts[0] = (struct part){.name = "stable 10.0.0.1:80", .kind = PART_HEALTH};
    one.parts[1] = (struct part){.name = "canary 10.0.0.2:80", .kind = PART_HEALTH};
    char words[96];
    struct text text = TEXT_IN(words);
    part_add_title(&text, &one, &one.parts[0]);
    assert_string_equal(words, "health stable");
    one.parts[1] = (struct part){.name = "stable 10.0.0.2:80", .kind = PART_HEALTH};
    text_reset(&text);
    part_add_title(&text, &one, &one.parts[0]);
    assert_string_equal(words, "health stable 10.0.0.1:80");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_well_only_when_everything_answers),
        cmocka_unit_test(nothing_found_is_not_nothing_asked),
        cmocka_unit_test(a_silent_part_that_is_needed_comes_first),
        cmocka_unit_test(a_failing_objective_has_value_limit_and_samples),
        cmocka_unit_test(no_data_is_never_well),
        cmocka_unit_test(figures_without_traffic_are_dated_and_never_well),
        cmocka_unit_test(few_requests_of_the_canary_are_said_not_judged),
        cmocka_unit_test(more_than_can_be_said_is_counted),
        cmocka_unit_test(an_address_is_named_only_where_it_tells_parts_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
