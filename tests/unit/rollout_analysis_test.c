/* SPDX-License-Identifier: MIT */
#include "core/rollout_analysis.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "support/analyzed.h"
#include "support/rollout_inputs.h"

static const struct trials few = {2, 0}, bad = {2, 1}, many = {40, 0};

static void run(
    struct analyzed *analyzed, unsigned seconds, const struct trials *canary) {
    for (unsigned i = 0; i < seconds && !analyzed->is_over; i++) {
        analyzed_second(analyzed, canary, &many);
    }
}

/* Each side gets what it should of 200 requests a second, and nothing fails. */
static void run_well(struct analyzed *analyzed, unsigned seconds) {
    for (unsigned i = 0; i < seconds && !analyzed->is_over; i++) {
        uint32_t weight_bp = analyzed->plan.steps[analyzed->step].weight_bp;
        const struct trials canary = {weight_bp / 50, 0};
        const struct trials stable = {200 - canary.count, 0};
        analyzed_second(analyzed, &canary, &stable);
    }
}

static const struct rollout_stretch *stretch_of(
    const struct analyzed *analyzed, uint32_t index) {
    assert_true(index < analyzed->analysis.stretch_count);
    return &analyzed->analysis.stretches[index];
}

static void the_same_rule_comes_to_the_same_end_at_the_same_count(void **state) {
    struct analyzed *analyzed = analyzed_new();
    (void)state;
    analyzed_begin(analyzed);
    run(analyzed, 60, &bad);
    assert_true(analyzed->is_over && analyzed->backed > 0);
    const struct rollout_stretch *stretch = stretch_of(analyzed, 0);
    assert_int_equal(analyzed->analysis.stretch_count, 1);
    assert_int_equal(stretch->ran.end, ROLLOUT_END_BACK);
    assert_int_equal(stretch->would.end, ROLLOUT_END_BACK);
    assert_int_equal(stretch->ran.requests, analyzed->backed);
    assert_int_equal(stretch->would.requests, analyzed->backed);
    assert_int_equal(stretch->would.at_ms, stretch->ran.at_ms);
    assert_true(stretch->would.evidence >= 100);
    assert_int_equal(strncmp(stretch->would.why, analyzed->why, 100), 0);
    assert_int_equal(stretch->arms[ARM_CANARY].count, analyzed->backed);
    assert_int_equal(analyzed->analysis.differing, 0);
    assert_int_equal(rollout_analysis_code(&analyzed->analysis), EXIT_CODE_FAILED);
    free(analyzed);
}

static void the_book_goes_back_at_the_first_failure(void **state) {
    struct analyzed *analyzed = analyzed_new();
    (void)state;
    analyzed->asked.rule = ROLLOUT_BY_BOOK;
    analyzed_begin(analyzed);
    run(analyzed, 60, &bad);
    const struct rollout_stretch *stretch = stretch_of(analyzed, 0);
    assert_int_equal(stretch->would.requests, 2);
    assert_true(stretch->ran.requests > 2);
    assert_non_null(strstr(stretch->would.why, "the book's rule"));
    /* That the other rule decides otherwise is no difference to what was recorded. */
    assert_int_equal(analyzed->analysis.differing, 0);
    free(analyzed);
}

static void a_healthy_version_is_promoted_in_each_step(void **state) {
    struct analyzed *analyzed = analyzed_new();
    (void)state;
    analyzed_begin(analyzed);
    run_well(analyzed, 600);
    assert_true(analyzed->is_over);
    assert_int_equal(analyzed->analysis.stretch_count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        const struct rollout_stretch *stretch = stretch_of(analyzed, i);
        assert_int_equal(stretch->step, i);
        assert_int_equal(stretch->weight_bp, analyzed->plan.steps[i].weight_bp);
        assert_int_equal(stretch->ran.end, ROLLOUT_END_UP);
        assert_int_equal(stretch->would.end, ROLLOUT_END_UP);
        assert_int_equal(stretch->would.requests, stretch->ran.requests);
        assert_int_equal(stretch->would.in_step_ms, 11000);
    }
    assert_int_equal(rollout_analysis_code(&analyzed->analysis), EXIT_CODE_OK);
    free(analyzed);
}

/* The recording says how many they were, so that the same is decided again. */
static void a_version_whose_jobs_hang_is_promoted_by_neither(void **state) {
    struct analyzed *analyzed = analyzed_new();
    (void)state;
    analyzed_begin(analyzed);
    for (unsigned i = 0; i < 30; i++) {
        const struct rollout_input hang = {
            .kind = ROLLOUT_INPUT_OVERDUE, .overdue = {.jobs = 200}};
        analyzed_take(analyzed, hang);
        run_well(analyzed, 1);
    }
    assert_int_equal(analyzed->analysis.stretch_count, 1);
    assert_int_equal(stretch_of(analyzed, 0)->ran.end, ROLLOUT_END_NONE);
    assert_int_equal(stretch_of(analyzed, 0)->would.end, ROLLOUT_END_NONE);
    /* They end: the next moment knows of none. */
    run_well(analyzed, 1);
    assert_int_equal(stretch_of(analyzed, 0)->ran.end, ROLLOUT_END_UP);
    assert_int_equal(stretch_of(analyzed, 0)->would.end, ROLLOUT_END_UP);
    assert_int_equal(analyzed->analysis.differing, 0);
    free(analyzed);
}

/* It would not have been where the rollout went. */
static void a_rule_that_does_not_promote_in_time_holds(void **state) {
    struct analyzed *analyzed = analyzed_new();
    (void)state;
    analyzed->asked.hold_each_ns = 40 * NS_PER_S;
    analyzed_begin(analyzed);
    run_well(analyzed, 600);
    assert_int_equal(stretch_of(analyzed, 0)->ran.end, ROLLOUT_END_UP);
    assert_int_equal(stretch_of(analyzed, 0)->would.end, ROLLOUT_END_NONE);
    assert_int_equal(
        rollout_analysis_code(&analyzed->analysis), EXIT_CODE_INCONCLUSIVE);
    free(analyzed);
}

static void a_step_that_cannot_decide_is_held_at_its_limit(void **state) {
    struct analyzed *analyzed = analyzed_new();
    (void)state;
    analyzed->plan.manual = true;
    analyzed->asked.max_each_ns = 20 * NS_PER_S;
    analyzed->asked.budget_ratio = 0.0001;
    analyzed_begin(analyzed);
    run(analyzed, 30, &few);
    const struct rollout_ending *would = &stretch_of(analyzed, 0)->would;
    assert_int_equal(would->end, ROLLOUT_END_HOLD);
    assert_int_equal(would->hold, ROLLOUT_HELD_TIME);
    assert_int_equal(would->in_step_ms, 20000);
    assert_int_equal(
        rollout_analysis_code(&analyzed->analysis), EXIT_CODE_INCONCLUSIVE);
    free(analyzed);
}

/* The recording stays at the weight that the rollout had. */
static void what_goes_wrong_after_a_promotion_goes_back(void **state) {
    struct analyzed *analyzed = analyzed_new();
    (void)state;
    analyzed->plan.hold_each_ns = 60 * NS_PER_S; /* the rollout itself is patient */
    analyzed->asked.rule = ROLLOUT_BY_BOOK;
    analyzed_begin(analyzed);
    run(analyzed, 12, &few);
    run(analyzed, 40, &bad);
    const struct rollout_stretch *stretch = stretch_of(analyzed, 0);
    assert_int_equal(stretch->would.end, ROLLOUT_END_UP);
    assert_int_equal(stretch->then.end, ROLLOUT_END_BACK);
    assert_int_equal(stretch->then.requests, 26);
    assert_int_equal(rollout_analysis_code(&analyzed->analysis), EXIT_CODE_FAILED);
    free(analyzed);
}

/* It was promoted all the same, and says so. */
static void what_is_undone_was_promoted_first(void **state) {
    struct analyzed *analyzed = analyzed_new();
    (void)state;
    analyzed_begin(analyzed);
    struct rollout_input input = {.kind = ROLLOUT_INPUT_TRANSITION};
    input.transition.phase = ROLLOUT_DONE;
    text_copy_cut(input.transition.actor, STATE_NAME_SIZE, "auto");
    analyzed_take(analyzed, input);
    input.transition.phase = ROLLOUT_ROLLING_BACK;
    text_copy_cut(input.transition.actor, STATE_NAME_SIZE, "root");
    analyzed_take(analyzed, input);
    const struct rollout_stretch *stretch = &analyzed->analysis.stretches[0];
    assert_int_equal(stretch->ran.end, ROLLOUT_END_UP);
    assert_string_equal(stretch->ran.actor, "auto");
    assert_int_equal(stretch->ran_then.end, ROLLOUT_END_BACK);
    assert_string_equal(stretch->ran_then.actor, "root");
    free(analyzed);
}

static void nothing_seen_is_no_promotion(void **state) {
    struct analyzed *analyzed = analyzed_new();
    (void)state;
    rollout_analysis_init(&analyzed->analysis, &analyzed->plan, &analyzed->asked, true);
    assert_int_equal(
        rollout_analysis_code(&analyzed->analysis), EXIT_CODE_INCONCLUSIVE);
    free(analyzed);
}

static void a_truncated_recording_promotes_nothing_either(void **state) {
    struct analyzed *analyzed = analyzed_new();
    (void)state;
    analyzed_begin(analyzed);
    run_well(analyzed, 11);
    assert_int_equal(stretch_of(analyzed, 0)->would.end, ROLLOUT_END_UP);
    analyzed_take(analyzed, (struct rollout_input){.kind = ROLLOUT_INPUT_FULL});
    struct rollout_input over = input_transition(ROLLOUT_DONE, 2, "done");
    over.transition.left_out = 77;
    analyzed_take(analyzed, over);
    assert_int_equal(analyzed->analysis.left_out, 77);
    assert_int_equal(
        rollout_analysis_code(&analyzed->analysis), EXIT_CODE_INCONCLUSIVE);
    free(analyzed);
}

static void a_decision_that_does_not_come_out_again_is_counted(void **state) {
    struct analyzed *analyzed = analyzed_new();
    struct rollout_input moment = input_moment(0, NS_PER_S);
    (void)state;
    analyzed_begin(analyzed);
    moment.moment.decision = DECISION_WATCH;
    moment.moment.evidence = 1;
    analyzed_take(analyzed, moment);
    assert_int_equal(analyzed->analysis.differing, 0);
    moment.moment.evidence = 1.0000001;
    analyzed_take(analyzed, moment);
    assert_int_equal(analyzed->analysis.differing, 1);
    moment.moment.step = 3;
    assert_false(rollout_analysis_take(&analyzed->analysis, &moment));
    free(analyzed);
}

static void the_series_spans_it_all_in_few_points(void **state) {
    struct analyzed *analyzed = analyzed_new();
    (void)state;
    analyzed->plan.manual = true;
    analyzed_begin(analyzed);
    int64_t first_ms = analyzed->now_ms + 1000;
    run(analyzed, 300, &few);
    const struct rollout_analysis *analysis = &analyzed->analysis;
    assert_in_range(analysis->point_count, ROLLOUT_POINTS_MAX / 2, ROLLOUT_POINTS_MAX);
    assert_int_equal(analysis->points[0].at_ms, first_ms);
    for (uint32_t i = 1; i < analysis->point_count; i++) {
        assert_int_equal(
            analysis->points[i].at_ms - analysis->points[i - 1].at_ms,
            analysis->point_every * 1000);
    }
    free(analyzed);
}

static void stretches_are_bounded_and_those_left_out_counted(void **state) {
    struct analyzed *analyzed = analyzed_new();
    (void)state;
    analyzed->plan.manual = true;
    analyzed_begin(analyzed);
    for (int i = 0; i < ROLLOUT_STRETCHES_MAX + 3; i++) {
        analyzed_take(analyzed, input_step(500));
        analyzed_second(analyzed, &few, &few);
    }
    assert_int_equal(analyzed->analysis.stretch_count, ROLLOUT_STRETCHES_MAX);
    assert_int_equal(analyzed->analysis.stretches_left_out, 4);
    assert_int_equal(
        rollout_analysis_code(&analyzed->analysis), EXIT_CODE_INCONCLUSIVE);
    free(analyzed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_rule_comes_to_the_same_end_at_the_same_count),
        cmocka_unit_test(the_book_goes_back_at_the_first_failure),
        cmocka_unit_test(a_healthy_version_is_promoted_in_each_step),
        cmocka_unit_test(a_version_whose_jobs_hang_is_promoted_by_neither),
        cmocka_unit_test(a_rule_that_does_not_promote_in_time_holds),
        cmocka_unit_test(a_step_that_cannot_decide_is_held_at_its_limit),
        cmocka_unit_test(what_goes_wrong_after_a_promotion_goes_back),
        cmocka_unit_test(what_is_undone_was_promoted_first),
        cmocka_unit_test(nothing_seen_is_no_promotion),
        cmocka_unit_test(a_truncated_recording_promotes_nothing_either),
        cmocka_unit_test(a_decision_that_does_not_come_out_again_is_counted),
        cmocka_unit_test(the_series_spans_it_all_in_few_points),
        cmocka_unit_test(stretches_are_bounded_and_those_left_out_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
