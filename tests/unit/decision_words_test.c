/* SPDX-License-Identifier: MIT */
#include "core/decision_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/weight.h"
#include "support/canary_scene.h"
#include "support/observed.h"

static const uint64_t minute_ms = 60000;

static int make_scene(void **state) {
    *state = canary_scene_new();
    return 0;
}

static int free_scene(void **state) {
    free(*state);
    return 0;
}

static void it_is_said_what_is_missing(void **state) {
    struct canary_scene *scene = *state;
    canary_scene_add(scene, ARM_STABLE, 1000, 5);
    canary_scene_add(scene, ARM_CANARY, 60, 0);
    scene->moment.in_step_ms = 6 * minute_ms + 12000;
    canary_scene_expect(
        scene, DECISION_WATCH,
        "60 of ~135 canary requests, extra failures up to 6.50 points of 4.00 points; "
        "6m12s of 10m00s");
    scene->moment.is_ready = false;
    scene->moment.next_bp = 0;
    struct decision decision = canary_scene_decide(scene);
    assert_int_equal(decision.kind, DECISION_WATCH);
    assert_non_null(strstr(decision.why, "not ready"));
    assert_non_null(strstr(decision.why, "no next weight"));
}

static void nothing_seen_is_watched_and_then_a_person_decides(void **state) {
    struct canary_scene *scene = *state;
    canary_scene_expect(
        scene, DECISION_WATCH,
        "0 of ~105 canary requests, extra failures up to 100 points of 4.00 points; "
        "0 of 3 canary users");
    scene->moment.in_step_ms = 60 * minute_ms;
    canary_scene_expect(
        scene, DECISION_INCONCLUSIVE,
        "after 1h00m a person decides: 0 of ~105 canary requests, extra failures up to "
        "100 points of 4.00 points; 0 of 3 canary users");
}

static void what_this_step_lacks_is_said(void **state) {
    struct canary_scene *scene = *state;
    canary_scene_add(scene, ARM_STABLE, 38000, 190);
    canary_scene_add(scene, ARM_CANARY, 2000, 0);
    evidence_start_step(&scene->evidence, 2500);
    scene->moment.weight_bp = 2500;
    scene->moment.next_bp = 5000;
    canary_scene_expect(scene, DECISION_WATCH, "0 of 5 canary requests in this step");
    /* Under this load it fails, too rarely for evidence of harm. */
    canary_scene_add(scene, ARM_STABLE, 180, 0);
    canary_scene_add(scene, ARM_CANARY, 60, 2);
    canary_scene_expect(
        scene, DECISION_WATCH,
        "in this step it fails 3.33 points more often than stable, allowed are 2.00 "
        "points");
}

/* It counts no failure yet, and is what shows the harm. */
static void what_has_not_ended_is_said_of_harm(void **state) {
    struct canary_scene *scene = *state;
    canary_scene_add(scene, ARM_STABLE, 950, 0);
    canary_scene_add(scene, ARM_CANARY, 50, 0);
    for (unsigned i = 0; i < 5; i++) {
        struct observation seen = observed(ARM_CANARY, 500, scene->next_user++, 0);
        seen.is_running = true;
        seen.latency_us = 2000000;
        evidence_add(&scene->evidence, &seen);
    }
    struct decision decision = canary_scene_decide(scene);
    assert_int_equal(decision.kind, DECISION_ROLL_BACK);
    assert_non_null(strstr(
        decision.why, "slower than p99: canary 0 of 50 (0.00 %) and 5 that have not "
                      "ended, stable 0 of 950 (0.00 %)"));
}

static void at_all_traffic_only_this_step_counts(void **state) {
    struct canary_scene *scene = *state;
    evidence_start_step(&scene->evidence, 5000);
    canary_scene_add(scene, ARM_STABLE, 3000, 15);
    canary_scene_add(scene, ARM_CANARY, 3000, 15);
    evidence_start_step(&scene->evidence, WEIGHT_ALL_BP);
    scene->moment.weight_bp = scene->moment.next_bp = WEIGHT_ALL_BP;
    struct decision decision = canary_scene_decide(scene);
    assert_int_equal(decision.kind, DECISION_WATCH);
    assert_int_equal(decision.requests, 0);
    canary_scene_add(scene, ARM_CANARY, 3000, 15);
    assert_int_equal(canary_scene_decide(scene).kind, DECISION_PROMOTE);
}

static const char *next_of(const struct canary_scene *scene, char *words, size_t size) {
    struct text text = text_in(words, size);
    struct decision decision = canary_scene_decide(scene);
    decision_add_next(&text, &decision, &scene->moment);
    return words;
}

static void it_is_said_what_comes_next(void **state) {
    struct canary_scene *scene = *state;
    char words[DECISION_WORDS_SIZE];
    assert_string_equal(
        next_of(scene, words, sizeof words),
        "promote to 25 % when extra failures are at most 4.00 points");
    scene->moment.in_step_ms = 60 * minute_ms;
    assert_string_equal(next_of(scene, words, sizeof words), "a person decides");
    scene->moment.has_drifted = true;
    assert_string_equal(
        next_of(scene, words, sizeof words), "go on when its cause has passed");
    scene->moment.fault = CANARY_CRASHES;
    assert_string_equal(next_of(scene, words, sizeof words), "all traffic to stable");
    scene->moment.fault = CANARY_SOUND;
    scene->moment.has_drifted = false;
    canary_scene_add(scene, ARM_STABLE, 4200, 21);
    canary_scene_add(scene, ARM_CANARY, 220, 0);
    assert_string_equal(next_of(scene, words, sizeof words), "promote to 25 %");
}

#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, make_scene, free_scene)

int main(void) {
    const struct CMUnitTest tests[] = {
        SCENE_TEST(it_is_said_what_is_missing),
        SCENE_TEST(nothing_seen_is_watched_and_then_a_person_decides),
        SCENE_TEST(what_this_step_lacks_is_said),
        SCENE_TEST(what_has_not_ended_is_said_of_harm),
        SCENE_TEST(at_all_traffic_only_this_step_counts),
        SCENE_TEST(it_is_said_what_comes_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
