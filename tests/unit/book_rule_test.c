/* SPDX-License-Identifier: MIT */
#include "core/book_rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

static void the_rule_of_the_book_does_as_the_book_says(void **state) {
    struct canary_scene *scene = *state;
    scene->evidence.rules.rule = ROLLOUT_BY_BOOK;
    scene->latency_us = OBSERVATION_UNKNOWN;
    assert_int_equal(
        canary_scene_decide(scene).kind, DECISION_WATCH); /* no data, no promotion */
    canary_scene_add(scene, ARM_STABLE, 200, 0);
    assert_int_equal(canary_scene_decide(scene).kind, DECISION_WATCH);
    canary_scene_add(scene, ARM_CANARY, 1, 0);
    assert_int_equal(canary_scene_decide(scene).kind, DECISION_PROMOTE);
    scene->moment.in_step_ms = 0;
    assert_int_equal(canary_scene_decide(scene).kind, DECISION_WATCH);
    scene->moment.in_step_ms = 12 * minute_ms;
    canary_scene_add(scene, ARM_CANARY, 1, 1);
    canary_scene_expect(
        scene, DECISION_ROLL_BACK,
        "the book's rule: errors of the canary 1 of 2 (50.0 %), of stable 0 of 200 "
        "(0.00 %)");
    evidence_start_step(&scene->evidence, 5000);
    canary_scene_add(scene, ARM_STABLE, 100, 2);
    canary_scene_add(scene, ARM_CANARY, 100, 3);
    assert_int_equal(
        canary_scene_decide(scene).kind,
        DECISION_PROMOTE); /* not more than 1.5 times */
    scene->moment.data_age_ms = 20000;
    assert_int_equal(canary_scene_decide(scene).kind, DECISION_FREEZE);
    scene->moment.data_age_ms = 0;
    for (unsigned i = 0; i < 100; i++) {
        histogram_record(&scene->evidence.latencies[ARM_STABLE], 1000000, 1);
        histogram_record(&scene->evidence.latencies[ARM_CANARY], 1190000, 1);
    }
    assert_int_equal(canary_scene_decide(scene).kind, DECISION_PROMOTE);
    histogram_record(&scene->evidence.latencies[ARM_CANARY], 1300000, 20);
    struct decision decision = canary_scene_decide(scene);
    assert_int_equal(decision.kind, DECISION_ROLL_BACK);
    assert_non_null(strstr(decision.why, "against 1.00s"));
}

#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, make_scene, free_scene)

int main(void) {
    const struct CMUnitTest tests[] = {
        SCENE_TEST(the_rule_of_the_book_does_as_the_book_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
