/* A rollout whose router has no log: a real controller judges by the metrics of real
 * agents, while real users ask both of them. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "io/loop.h"
#include "support/counted_scene.h"
#include "support/recorded_rollout.h"

/* With all traffic on the canary nobody asks stable, and it may be gone: what counts
 * then is what the canary does. */
static void a_healthy_version_is_promoted_by_what_it_counts(void **state) {
    (void)state;
    struct counted_scene scene;
    counted_scene_init(&scene);
    struct rollout_status *status = &scene.rollout.status;
    assert_true(rollout_scene_start(&scene.rollout));
    while (status->wanted_bp != ROLLOUT_BASIS_POINTS) {
        rollout_scene_turn(&scene.rollout);
    }
    users_rest(scene.users[COUNTED_STABLE]);
    test_process_kill(&scene.stack.serves[COUNTED_STABLE]);
    counted_scene_wait(&scene, ROLLOUT_DONE, ROLLOUT_NOT_HELD);
    const struct rollout_metric *errors = &status->metrics[0];
    assert_string_equal(errors->name, "errors");
    assert_true(errors->canary_units > 0 && errors->stable_units > 0);
    assert_true(
        users_result(scene.users[COUNTED_CANARY]).answered >= errors->canary_units);
    assert_int_equal(errors->canary_failed, 0);
    counted_scene_clear(&scene);
}

/* From the counts that were recorded the same comes out, at the same count. */
static void expect_same_analysis(const struct counted_scene *scene) {
    struct rollout_analysis *analysis =
        recorded_rollout_analyze(scene->rollout.status.id);
    assert_false(analysis->known_assignment);
    assert_int_equal(analysis->stretch_count, 1);
    const struct rollout_stretch *stretch = &analysis->stretches[0];
    /* A person promotes this one: the rule may have promoted it before it did harm. */
    bool was_promoted = stretch->would.end == ROLLOUT_END_UP;
    const struct rollout_ending *end = was_promoted ? &stretch->then : &stretch->would;
    assert_int_equal(end->end, ROLLOUT_END_BACK);
    assert_true(end->requests >= 100);
    assert_int_equal(end->requests, stretch->ran.requests);
    assert_string_equal(stretch->ran.why, scene->rollout.status.reason);
    free(analysis);
}

static void a_harmful_version_is_taken_back_by_what_it_counts(void **state) {
    (void)state;
    struct counted_scene scene;
    counted_scene_init(&scene);
    scene.rollout.launch->plan.manual = true;
    scene.rollout.launch->plan.budget_ratio = 0.001; /* nothing so short is safe */
    assert_true(rollout_scene_start(&scene.rollout));
    counted_scene_wait(&scene, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD);
    counted_scene_watch(&scene, 100, 100);
    assert_true(scene.rollout.status.harm < scene.rollout.status.harm_limit);
    test_stack_fault(&scene.stack, "{\"version\":\"v1.6.0\",\"error\":0.1}");
    counted_scene_wait(&scene, ROLLOUT_ROLLED_BACK, ROLLOUT_NOT_HELD);
    if (!strstr(scene.rollout.status.reason, "evidence of harm")) {
        fail_msg("%s", scene.rollout.status.reason);
    }
    assert_non_null(strstr(scene.rollout.status.reason, "errors"));
    expect_same_analysis(&scene);
    counted_scene_clear(&scene);
}

/* Again and again, until that is enough. What begins
 * within two seconds of another cannot be told from it. */
static void crash(struct counted_scene *scene) {
    struct rollout_status *status = &scene->rollout.status;
    users_rest(scene->users[COUNTED_CANARY]); /* they would only be refused */
    while (status->phase != ROLLOUT_ROLLED_BACK) {
        uint32_t restarts = status->feeds[1].restarts;
        test_process_kill(&scene->stack.serves[COUNTED_CANARY]);
        counted_scene_serve_again(scene, COUNTED_CANARY, "v1.6.0");
        uint64_t from_ns = loop_clock_ns();
        while (status->phase != ROLLOUT_ROLLED_BACK &&
               (status->feeds[1].restarts == restarts ||
                loop_clock_ns() - from_ns < 2100 * NS_PER_MS)) {
            rollout_scene_turn(&scene->rollout);
        }
    }
}

/* What it would have told is not known: neither good nor bad. */
static void a_death_makes_it_blind_and_a_crash_loop_ends_it(void **state) {
    (void)state;
    struct counted_scene scene;
    counted_scene_init(&scene);
    const struct rollout_status *status = &scene.rollout.status;
    scene.rollout.launch->plan.manual = true;
    assert_true(rollout_scene_start(&scene.rollout));
    counted_scene_wait(&scene, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD);
    users_rest(scene.users[COUNTED_STABLE]); /* they would only be refused */
    test_process_kill(&scene.stack.serves[COUNTED_STABLE]);
    counted_scene_wait(&scene, ROLLOUT_HOLD, ROLLOUT_HELD_BLIND);
    assert_non_null(strstr(status->reason, "stable "));
    assert_non_null(strstr(status->reason, "does not tell its metrics"));

    const struct rollout_metric before = status->metrics[0];
    counted_scene_serve_again(&scene, COUNTED_STABLE, "v1.5.0");
    users_go_on(scene.users[COUNTED_STABLE]);
    counted_scene_wait(&scene, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD);
    counted_scene_watch(&scene, before.stable_units + 100, before.canary_units + 100);
    const struct rollout_metric *after = &status->metrics[0];
    assert_int_equal(after->stable_failed + after->canary_failed, 0);
    assert_true(status->harm < 1);
    assert_int_equal(status->feeds[0].source, ROLLOUT_SOURCE_METRICS);
    assert_int_equal(status->feeds[1].source, ROLLOUT_SOURCE_METRICS);
    assert_false(status->feeds[1].tally.known);
    assert_true(status->feeds[1].age_ms <= 5000);
    assert_int_equal(status->feeds[0].restarts, 1);
    assert_int_equal(status->feeds[1].restarts, 0);

    crash(&scene);
    /* On a busy machine it may be away for so long that this alone is enough: then the
     * last of three is seen when it is over. */
    bool is_loop = strstr(status->reason, "crash loop") != NULL;
    if (!strstr(status->reason, "canary ") ||
        (!is_loop && status->feeds[1].restarts > 3)) {
        fail_msg("%s", status->reason);
    }
    counted_scene_clear(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_version_is_promoted_by_what_it_counts),
        cmocka_unit_test(a_harmful_version_is_taken_back_by_what_it_counts),
        cmocka_unit_test(a_death_makes_it_blind_and_a_crash_loop_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
