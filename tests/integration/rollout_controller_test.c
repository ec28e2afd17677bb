/* The controller of a rollout, with a real router, real agents and real traffic. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/rollout_scene.h"

static void anybody_takes_it_back(void **state) {
    struct rollout_scene *scene = *state;
    assert_true(rollout_scene_start(scene));
    rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_WATCHING, 0, 1});
    assert_int_equal(rollout_scene_weight(scene), 500);
    assert_true(rollout_scene_order(scene, ROLLOUT_ORDER_ABORT, "bob"));
    rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_ROLLED_BACK, 0, 0});
    assert_true(scene->status.ended);
    assert_string_equal(scene->status.reason, "the test says so");
    /* Users go on asking: that none of them is on the canary is seen. */
    if (!strstr(scene->status.next, "requests since went to the canary")) {
        fail_msg("%s", scene->status.next);
    }
    assert_true(rollout_scene_weight(scene) <= 0);
}

/* What stable says that it is already. */
static void expect_nothing_to_let_in(struct rollout_scene *scene) {
    struct rollout_plan *plan = &scene->launch->plan;
    text_copy_cut(plan->to, sizeof plan->to, "v1.5.0");
    assert_true(rollout_scene_start(scene));
    rollout_scene_wait_for_end(scene);
    assert_int_equal(scene->status.phase, ROLLOUT_IDLE);
    assert_non_null(strstr(scene->status.reason, "stable is v1.5.0 already"));
    text_copy_cut(plan->to, sizeof plan->to, "v1.6.0");
}

static void a_healthy_version_gets_all_the_traffic(void **state) {
    struct rollout_scene *scene = *state;
    scene->launch->plan.from[0] = '\0'; /* stable says it itself */
    expect_nothing_to_let_in(scene);
    assert_true(rollout_scene_start(scene));
    static const int weights[] = {500, 2500, 5000, 10000};
    for (uint16_t step = 1; step <= 4; step++) {
        rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_WATCHING, 0, step});
        assert_int_equal(rollout_scene_weight(scene), weights[step - 1]);
    }
    rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_DONE, 0, 4});
    assert_string_equal(scene->status.from, "v1.5.0");
    const struct rollout_latency *median = &scene->status.latency[TRACK_CANARY][0];
    assert_true(median->low_ms > 0 && median->low_ms <= median->value_ms);
    assert_true(median->high_ms >= median->value_ms);
    assert_true(scene->status.undoable);
    assert_false(scene->status.ended);
    assert_true(rollout_scene_order(scene, ROLLOUT_ORDER_UNDO, "bob"));
    rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_ROLLED_BACK, 0, 0});
}

/* It may come yet: until then it is said what is waited for. */
static void what_is_in_the_way_is_said(void **state) {
    struct rollout_scene *scene = *state;
    struct rollout_plan *plan = &scene->launch->plan;
    text_copy_cut(plan->from, sizeof plan->from, "v0.9.0");
    scene->status = (struct rollout_status){0};
    assert_true(rollout_scene_start(scene));
    while (!strstr(scene->status.why_not_now, "stable is not v0.9.0")) {
        assert_int_equal(scene->status.ended, false);
        rollout_scene_turn(scene);
    }
    assert_int_equal(scene->status.phase, ROLLOUT_PREFLIGHT);
    assert_true(rollout_scene_order(scene, ROLLOUT_ORDER_ABORT, "ann"));
    rollout_scene_wait_for_end(scene);
    text_copy_cut(plan->from, sizeof plan->from, "v1.5.0");
}

static void one_controller_acts_the_other_is_told(void **state) {
    struct rollout_scene *scene = *state;
    scene->launch->plan.manual = true;
    assert_true(rollout_scene_start(scene));
    struct rollout_starter *first = scene->starter;
    struct rollout_link *link = scene->link;
    scene->starter = NULL;
    text_copy_cut(scene->launch->plan.holder, sizeof scene->launch->plan.holder, "bob");
    assert_false(rollout_scene_start(scene));
    assert_non_null(strstr(scene->started.words, "held by ann"));
    assert_non_null(strstr(scene->started.words, "hold, abort or takeover"));
    rollout_starter_free(scene->starter);
    scene->starter = first;
    scene->link = link;
    rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_WATCHING, 0, 1});
    assert_false(rollout_scene_order(scene, ROLLOUT_ORDER_RESUME, "bob"));
    assert_true(rollout_scene_order(scene, ROLLOUT_ORDER_HOLD, "bob"));
    rollout_scene_wait(
        scene, &(struct rollout_goal){ROLLOUT_HOLD, ROLLOUT_HELD_PERSON, 1});
    assert_string_equal(scene->status.holder, "ann");
}

static void a_takeover_ends_the_controller_before(void **state) {
    struct rollout_scene *scene = *state;
    rollout_scene_start_manual(scene);
    uint64_t epoch = scene->status.epoch;
    struct rollout_starter *first = scene->starter;
    rollout_link_free(scene->link);
    scene->starter = NULL;
    scene->launch->kind = ROLLOUT_LAUNCH_TAKEOVER;
    text_copy_cut(scene->launch->plan.holder, sizeof scene->launch->plan.holder, "bob");
    assert_true(rollout_scene_start(scene));
    rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_WATCHING, 0, 1});
    assert_string_equal(scene->status.holder, "bob");
    assert_true(scene->status.epoch > epoch);
    while (rollout_starter_pid(first) > 0) rollout_scene_breathe(scene);
    rollout_starter_free(first);
    /* Its socket is the new one's. */
    assert_true(rollout_scene_order(scene, ROLLOUT_ORDER_ABORT, "ann"));
    rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_ROLLED_BACK, 0, 0});
}

#define SHARED(test) cmocka_unit_test_setup(test, rollout_scene_renew)

int main(void) {
    const struct CMUnitTest tests[] = {
        SHARED(anybody_takes_it_back),
        SHARED(a_healthy_version_gets_all_the_traffic),
        SHARED(what_is_in_the_way_is_said),
        SHARED(one_controller_acts_the_other_is_told),
        SHARED(a_takeover_ends_the_controller_before),
    };
    return cmocka_run_group_tests(tests, rollout_scene_open, rollout_scene_close);
}
