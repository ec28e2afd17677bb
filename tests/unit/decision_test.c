/* SPDX-License-Identifier: MIT */
#include "core/decision.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/promotion_gate.h"
#include "core/random.h"
#include "core/weight.h"
#include "support/canary_scene.h"

static const uint64_t minute_ms = 60000;

static int make_scene(void **state) {
    *state = canary_scene_new();
    return 0;
}

static int free_scene(void **state) {
    free(*state);
    return 0;
}

static void a_sound_canary_is_promoted(void **state) {
    struct canary_scene *scene = *state;
    canary_scene_add(scene, ARM_STABLE, 2200, 11);
    canary_scene_add(scene, ARM_CANARY, 110, 0);
    canary_scene_expect(
        scene, DECISION_PROMOTE,
        "extra failures up to 3.66 points of 4.00 points after 110 canary requests; "
        "evidence of harm 0.632 of 100");
}

/* Those that ended well are only the ones that survived. */
static void jobs_that_hang_count_as_failed_until_they_end(void **state) {
    struct canary_scene *scene = *state;
    canary_scene_add(scene, ARM_STABLE, 2200, 11);
    canary_scene_add(scene, ARM_CANARY, 110, 0);
    double evidence = canary_scene_decide(scene).evidence;
    scene->moment.overdue = 16;
    struct decision decision = canary_scene_decide(scene);
    assert_int_equal(decision.kind, DECISION_WATCH);
    assert_int_equal(decision.requests, 126);
    assert_int_equal(decision.in_step, 110);
    assert_true(decision.extra_in_step > 0.12 && decision.extra_in_step < 0.13);
    assert_true(decision.evidence == evidence); /* it may yet be no harm */
    assert_ptr_equal(
        strstr(
            decision.why, "16 overdue jobs of the canary count as failed until they "
                          "end; 126 of ~"),
        decision.why);
    scene->moment.overdue = 1;
    assert_non_null(strstr(
        canary_scene_decide(scene).why,
        "1 overdue job of the canary counts as failed until it ends; 111 of ~"));
    /* They end well. */
    scene->moment.overdue = 0;
    canary_scene_add(scene, ARM_CANARY, 16, 0);
    decision = canary_scene_decide(scene);
    assert_int_equal(decision.kind, DECISION_PROMOTE);
    assert_int_equal(decision.requests, 126);
    assert_null(strstr(decision.why, "overdue"));
}

/* One in very many is what a sound canary has, too. */
static void a_job_that_is_late_among_many_stands_in_nobodys_way(void **state) {
    struct canary_scene *scene = *state;
    canary_scene_add(scene, ARM_STABLE, 7600, 0);
    canary_scene_add(scene, ARM_CANARY, 400, 0);
    scene->moment.overdue = 1;
    struct decision decision = canary_scene_decide(scene);
    assert_int_equal(decision.kind, DECISION_PROMOTE);
    assert_non_null(strstr(
        decision.why,
        "after 401 canary requests, 1 of them overdue and taken for failed; evidence"));
}

/* However many there were in the steps before. */
static void a_step_in_which_all_hangs_promotes_nothing(void **state) {
    struct canary_scene *scene = *state;
    canary_scene_add(scene, ARM_STABLE, 38000, 0);
    canary_scene_add(scene, ARM_CANARY, 2000, 0);
    evidence_start_step(&scene->evidence, 500);
    canary_scene_add(scene, ARM_STABLE, 1900, 0);
    canary_scene_add(scene, ARM_CANARY, 100, 0);
    assert_int_equal(canary_scene_decide(scene).kind, DECISION_PROMOTE);
    scene->moment.overdue = 20;
    struct decision decision = canary_scene_decide(scene);
    assert_true(decision.extra <= decision.allowed);
    assert_int_equal(decision.kind, DECISION_WATCH);
    assert_ptr_equal(
        strstr(
            decision.why, "20 overdue jobs of the canary count as failed until they "
                          "end; in this step it fails 16.7 points more often"),
        decision.why);
}

static void harm_is_rolled_back_at_once(void **state) {
    struct canary_scene *scene = *state;
    scene->moment.in_step_ms = 0;
    canary_scene_add(scene, ARM_STABLE, 380, 0);
    canary_scene_add(scene, ARM_CANARY, 16, 0);
    canary_scene_add(scene, ARM_CANARY, 2, 2);
    assert_int_equal(canary_scene_decide(scene).kind, DECISION_WATCH);
    canary_scene_add(scene, ARM_CANARY, 1, 1);
    canary_scene_expect(
        scene, DECISION_ROLL_BACK,
        "evidence of harm 326 of 100, most in errors: canary 3 of 19 (15.8 %), stable "
        "0 "
        "of 380 (0.00 %)");
    /* Nothing stands in the way of it. */
    scene->moment.data_age_ms = 1000000;
    scene->moment.has_drifted = true;
    scene->moment.is_ready = false;
    assert_int_equal(canary_scene_decide(scene).kind, DECISION_ROLL_BACK);
}

static void harm_that_does_not_matter_is_not_rolled_back(void **state) {
    struct canary_scene *scene = *state;
    struct harm *errors = &scene->evidence.harms[HARM_ERRORS];
    canary_scene_add(scene, ARM_STABLE, 3800, 0);
    canary_scene_add(scene, ARM_CANARY, 200, 0);
    /* Very many failures, 1.35 times as often on the canary. */
    for (unsigned i = 0; i < 40000; i++) {
        enum arm arm = (double)i * 0.0663 >= (double)errors->first[ARM_CANARY]
                           ? ARM_CANARY
                           : ARM_STABLE;
        harm_fail(errors, arm, 0.05, &scene->evidence.rules);
    }
    struct decision decision = canary_scene_decide(scene);
    assert_true(decision.evidence >= decision.evidence_limit);
    assert_false(decision.is_material);
    assert_int_equal(decision.kind, DECISION_WATCH);
    assert_non_null(strstr(decision.why, "too little to matter"));
}

static void a_fault_of_the_canary_needs_no_statistics(void **state) {
    struct canary_scene *scene = *state;
    canary_scene_add(scene, ARM_STABLE, 2200, 11);
    canary_scene_add(scene, ARM_CANARY, 110, 0);
    for (int i = 1; i < CANARY_FAULT_COUNT; i++) {
        scene->moment.fault = (enum canary_fault)i;
        canary_scene_expect(
            scene, DECISION_ROLL_BACK, canary_fault_words(scene->moment.fault));
    }
}

static void what_makes_the_numbers_worthless_freezes(void **state) {
    struct canary_scene *scene = *state;
    canary_scene_add(scene, ARM_STABLE, 2200, 11);
    canary_scene_add(scene, ARM_CANARY, 110, 0);
    scene->moment.data_age_ms = 18000;
    canary_scene_expect(
        scene, DECISION_FREEZE, "the data is 18.0s old, at most 15.0s is fresh");
    scene->moment.data_age_ms = UINT64_MAX;
    canary_scene_expect(scene, DECISION_FREEZE, "no data has come yet");
    assert_int_equal(canary_scene_decide(scene).freeze, FREEZE_BLIND);
    scene->moment.contradicts = true;
    canary_scene_expect(scene, DECISION_FREEZE, "the data contradicts itself");
    scene->moment.has_drifted = true;
    canary_scene_expect(
        scene, DECISION_FREEZE, "the router's weight is not the one that was set");
    assert_int_equal(canary_scene_decide(scene).freeze, FREEZE_ROUTER);
    /* Not even time makes a decision of it. */
    scene->moment.in_step_ms = 600 * minute_ms;
    assert_int_equal(canary_scene_decide(scene).kind, DECISION_FREEZE);
}

static void a_broken_split_freezes_and_is_not_taken_for_harm(void **state) {
    struct canary_scene *scene = *state;
    canary_scene_add(scene, ARM_STABLE, 300, 6);
    canary_scene_add(scene, ARM_CANARY, 300, 6);
    struct decision decision = canary_scene_decide(scene);
    assert_true(decision.evidence >= 100);
    assert_int_equal(decision.kind, DECISION_FREEZE);
    assert_int_equal(decision.freeze, FREEZE_SPLIT);
    assert_non_null(
        strstr(decision.why, "the canary gets 50.0 % of 600 users instead of 5 %"));
}

static void a_canary_that_gets_too_little_and_fails_is_rolled_back(void **state) {
    struct canary_scene *scene = *state;
    canary_scene_add(scene, ARM_STABLE, 600, 0);
    canary_scene_add(scene, ARM_CANARY, 4, 4);
    assert_true(split_check_is_broken(&scene->evidence.split));
    assert_int_equal(canary_scene_decide(scene).kind, DECISION_ROLL_BACK);
}

static void an_outage_of_both_freezes(void **state) {
    struct canary_scene *scene = *state;
    for (unsigned i = 0; i < 2000; i++) {
        surroundings_learn(&scene->evidence.surroundings, i % 200 == 0);
    }
    canary_scene_add(scene, ARM_STABLE, 2400, 12);
    canary_scene_add(scene, ARM_CANARY, 130, 0);
    assert_int_equal(canary_scene_decide(scene).kind, DECISION_PROMOTE);
    canary_scene_add(scene, ARM_STABLE, 100, 40);
    struct decision decision = canary_scene_decide(scene);
    assert_int_equal(decision.kind, DECISION_FREEZE);
    assert_string_equal(freeze_name(decision.freeze), "environment");
    assert_non_null(
        strstr(decision.why, "stable itself fails more than usual: 40 of 256"));
}

static void few_users_promote_nothing_however_much_they_ask(void **state) {
    struct canary_scene *scene = *state;
    for (unsigned i = 0; i < 1600; i++) {
        scene->next_user = 1 + i % 40;
        canary_scene_add(scene, i % 40 < 2 ? ARM_CANARY : ARM_STABLE, 1, 0);
    }
    for (unsigned i = 0; i < 200; i++) {
        scene->next_user = 1 + i % 2;
        canary_scene_add(scene, ARM_CANARY, 1, 0);
    }
    struct decision decision = canary_scene_decide(scene);
    assert_int_equal(decision.kind, DECISION_WATCH);
    assert_string_equal(decision.why, "2 of 3 canary users");
}

/* Numbers, and what is none. */
/* Answers without a failure are not safe while nobody knows whether they are slow. */
static void a_canary_whose_latency_is_unknown_is_not_promoted(void **state) {
    struct canary_scene *scene = *state;
    scene->evidence.latency.added = 640;
    for (int i = HARM_P50; i <= HARM_P99; i++) {
        scene->evidence.harms[i].has_limit = false;
    }
    scene->latency_us = OBSERVATION_UNKNOWN;
    canary_scene_add(scene, ARM_STABLE, 2200, 11);
    canary_scene_add(scene, ARM_CANARY, 110, 0);
    canary_scene_expect(
        scene, DECISION_WATCH, "640 of 1000 requests of stable that say what is slow");
    scene->latency_us = 400000;
    canary_scene_add(scene, ARM_STABLE, 361, 0);
    canary_scene_add(scene, ARM_CANARY, 2, 0);
    canary_scene_expect(
        scene, DECISION_WATCH, "2 of 3 canary requests since it is known what is slow");
    canary_scene_add(scene, ARM_CANARY, 1, 0);
    assert_int_equal(canary_scene_decide(scene).kind, DECISION_PROMOTE);
    /* Where all are on the canary nobody shows any more what is usual. */
    scene->evidence.latency.added = 0;
    scene->moment.weight_bp = scene->moment.next_bp = WEIGHT_ALL_BP;
    canary_scene_add(scene, ARM_CANARY, 486, 0);
    assert_null(strstr(canary_scene_decide(scene).why, "what is slow"));
}

static double any_number(struct random *random) {
    static const double odd[] = {
        (double)NAN, (double)INFINITY, -(double)INFINITY, 0, -1, 1e308, 1e-308, 0.01};
    if (random_below(random, 2) == 0) return odd[random_below(random, 8)];
    return random_unit(random);
}

static const double no_alpha[] = {(double)NAN, (double)INFINITY, 0, -1};

static void forget_all(struct evidence *evidence) {
    struct rollout_rules rules = evidence->rules;
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        harm_init(&evidence->harms[i], (enum harm_metric)i, &rules);
    }
    evidence->users[ARM_CANARY] = evidence->users[ARM_STABLE] = 0;
    evidence->latency.added = BASELINE_LEAST;
}

/* Data that would promote. */
static void make_data(struct canary_scene *scene, struct random *random) {
    struct evidence *evidence = &scene->evidence;
    struct harm *errors = &evidence->harms[HARM_ERRORS];
    errors->step[ARM_CANARY].count = 1000 + random_below(random, 1000000);
    errors->step[ARM_STABLE].count = random_below(random, 1000000);
    errors->steady[ARM_CANARY].count = 1000 + random_below(random, 1000000);
    errors->steady[ARM_STABLE].count = random_below(random, 1000000);
    for (int i = HARM_P50; i <= HARM_P99; i++) {
        evidence->harms[i].all[ARM_CANARY].count = 20000 + random_below(random, 1000);
    }
    evidence->users[ARM_CANARY] = 20000 + random_below(random, 100000);
    evidence->rules = rollout_rules_default();
    scene->moment = (struct decision_moment){
        .in_step_ms = (10 + random_below(random, 100)) * minute_ms,
        .data_age_ms = random_below(random, 15000),
        .weight_bp = 1 + (uint32_t)random_below(random, WEIGHT_ALL_BP),
        .next_bp = 1 + (uint32_t)random_below(random, WEIGHT_ALL_BP),
        .is_ready = true};
}

/* One of the ways in which it is none: nothing, too little, too old, too short, not
 * ready, of unknown latency, or judged by rules that are no numbers. */
enum { WAYS = 13, WAY_OF_RULES = WAYS - 1 };

/* Fewer are never enough, even for the 10 points that are allowed at most. */
enum { LEAST_REQUESTS = 38 };

static void make_blind(
    struct canary_scene *scene, struct random *random, unsigned way) {
    struct decision_moment *moment = &scene->moment;
    struct rollout_rules *rules = &scene->evidence.rules;
    struct harm *errors = &scene->evidence.harms[HARM_ERRORS];
    uint64_t *steady = &errors->steady[ARM_CANARY].count;
    uint64_t *in_step = &errors->step[ARM_CANARY].count;
    uint64_t *measured = &scene->evidence.harms[HARM_P99].all[ARM_CANARY].count;
    struct baseline *latency = &scene->evidence.latency;
    switch (way) {
    case 0: *steady = *in_step = 0; break;
    case 1: *steady = *in_step = random_below(random, LEAST_REQUESTS); break;
    case 2: moment->data_age_ms = 15001 + random_below(random, UINT32_MAX); break;
    case 3: moment->in_step_ms = random_below(random, 600000); break;
    case 4: moment->is_ready = false; break;
    case 5: moment->next_bp = 0; break;
    case 6: moment->next_bp = WEIGHT_ALL_BP + 1; break;
    case 7: moment->contradicts = true; break;
    case 8: moment->has_drifted = true; break;
    case 9: *in_step = 0; break;
    case 10: /* with nothing of stable to wait for it would not matter */
        moment->weight_bp = 1 + (uint32_t)random_below(random, WEIGHT_ALL_BP - 1);
        latency->added = random_below(random, BASELINE_LEAST);
        break;
    case 11:
        moment->weight_bp = 1 + (uint32_t)random_below(random, WEIGHT_ALL_BP - 1);
        *measured = 0;
        break;
    default:
        rules->budget = any_number(random);
        rules->gate_alpha = no_alpha[random_below(random, 4)];
        rules->alpha = any_number(random);
        rules->material_ratio = any_number(random);
    }
}

static void no_data_never_promotes_and_rolls_nothing_back(void **state) {
    struct canary_scene *scene = *state;
    struct random random;
    random_seed(&random, 10000);
    unsigned promoted = 0;
    unsigned rolled_back = 0;
    for (unsigned i = 0; i < 10000; i++) {
        forget_all(&scene->evidence);
        make_data(scene, &random);
        make_blind(scene, &random, i % WAYS);
        struct decision decision = canary_scene_decide(scene);
        promoted += decision.kind == DECISION_PROMOTE;
        bool has_rules =
            i % WAYS != WAY_OF_RULES; /* with none, anything may be evidence */
        rolled_back += has_rules && decision.kind == DECISION_ROLL_BACK;
        assert_true(decision.why[0] != '\0');
    }
    assert_int_equal(promoted, 0);
    assert_int_equal(rolled_back, 0);
}

static void even_the_widest_gate_takes_so_many_requests(void **state) {
    (void)state;
    const struct promotion_gate gate = {0.01, 0.05, 0.0001};
    const struct trials nothing = {0, 0};
    assert_int_equal(promotion_gate_needed(&gate, &nothing, &nothing), LEAST_REQUESTS);
}

static void with_data_the_same_inputs_do_promote(void **state) {
    struct canary_scene *scene = *state;
    struct random random;
    random_seed(&random, 10001);
    unsigned promoted = 0;
    for (unsigned i = 0; i < 1000; i++) {
        forget_all(&scene->evidence);
        make_data(scene, &random);
        promoted += canary_scene_decide(scene).kind == DECISION_PROMOTE;
    }
    assert_true(promoted > 950);
}

#define DECISION_TEST(name) \
    cmocka_unit_test_setup_teardown(name, make_scene, free_scene)

int main(void) {
    const struct CMUnitTest tests[] = {
        DECISION_TEST(a_sound_canary_is_promoted),
        DECISION_TEST(jobs_that_hang_count_as_failed_until_they_end),
        DECISION_TEST(a_job_that_is_late_among_many_stands_in_nobodys_way),
        DECISION_TEST(a_step_in_which_all_hangs_promotes_nothing),
        DECISION_TEST(harm_is_rolled_back_at_once),
        DECISION_TEST(harm_that_does_not_matter_is_not_rolled_back),
        DECISION_TEST(a_fault_of_the_canary_needs_no_statistics),
        DECISION_TEST(what_makes_the_numbers_worthless_freezes),
        DECISION_TEST(a_broken_split_freezes_and_is_not_taken_for_harm),
        DECISION_TEST(a_canary_that_gets_too_little_and_fails_is_rolled_back),
        DECISION_TEST(an_outage_of_both_freezes),
        DECISION_TEST(few_users_promote_nothing_however_much_they_ask),
        DECISION_TEST(a_canary_whose_latency_is_unknown_is_not_promoted),
        DECISION_TEST(no_data_never_promotes_and_rolls_nothing_back),
        cmocka_unit_test(even_the_widest_gate_takes_so_many_requests),
        DECISION_TEST(with_data_the_same_inputs_do_promote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
