/* The controller, the router or the canary of a rollout dies, and no user gets an
 * error. One service, one rollout after the other. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/routed_rollout.h"

static struct routed_rollout routed;
static struct rollout_scene *const rollout = &routed.rollout;

static const struct users_options users = {.count = 2000, .careful = true};

/* Whoever takes the rollout up again is told. */
static void a_killed_controller_leaves_them_on_stable(void **state) {
    (void)state;
    routed_begin(&routed, &users);
    routed_wait_for(&routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 1);
    routed_wait_for_weight(&routed, "500");
    rollout_scene_kill(rollout);
    routed_wait_for_weight(&routed, "0");
    uint64_t before = routed_count(&routed, "canary").requests;
    routed_answer(&routed, 200);
    /* None but those that were under way as the lease ran out. */
    uint64_t after = routed_count(&routed, "canary").requests;
    assert_true(after - before <= USERS_AT_ONCE);
    rollout->launch->kind = ROLLOUT_LAUNCH_RESUME;
    assert_true(rollout_scene_start(rollout));
    routed_wait_for(&routed, ROLLOUT_HOLD, ROLLOUT_HELD_CRASH, 1);
    routed_expect_reason(&routed, "the controller was away for");
    routed_expect_reason(&routed, "traffic returned to stable");
    routed_expect_course(&routed, "0 500 0");
    routed_expect_no_failure(&routed);
    routed_abort(&routed);
}

/* Nobody asks while there is no router. */
static void a_restarted_router_sends_nobody_to_the_canary(void **state) {
    (void)state;
    routed_begin(&routed, &users);
    routed_wait_for(&routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 1);
    routed_answer(&routed, 200);
    routed_expect_no_failure(&routed);
    test_haproxy_restart(&routed.haproxy);
    weight_watch_begin(routed.watch);
    routed_change_users(&routed, &users);
    routed_wait_for(&routed, ROLLOUT_HOLD, ROLLOUT_HELD_DRIFT, 1);
    routed_expect_reason(&routed, "it was restarted");
    routed_answer(&routed, 200);
    routed_expect_no_failure(&routed);
    routed_expect_course(&routed, "0");
    assert_int_equal(routed_count(&routed, "canary").requests, 0);
    routed_abort(&routed);
}

/* The last one: it stays dead. */
static void a_killed_canary_fails_none_and_is_taken_back(void **state) {
    (void)state;
    rollout->launch->plan.steps[0].weight_bp = 2500;
    rollout->launch->plan.steps[1].weight_bp = 10000;
    rollout->launch->plan.step_count = 2;
    routed_begin(&routed, &users);
    routed_wait_for(&routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 1);
    routed_answer(&routed, 100);
    assert_true(routed_count(&routed, "canary").requests > 0);
    test_process_kill(&routed.stack.serves[TRACK_CANARY]);
    routed_wait_for(&routed, ROLLOUT_ROLLED_BACK, ROLLOUT_NOT_HELD, 0);
    routed_expect_reason(&routed, "canary");
    routed_answer(&routed, 100);
    routed_expect_course(&routed, "0 2500 0");
    routed_expect_no_failure(&routed);
}

static int set_up(void **state) {
    (void)state;
    routed_init(&routed, &(struct routed_options){0});
    rollout->launch->plan.manual = true;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    routed_clear(&routed);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_controller_leaves_them_on_stable),
        cmocka_unit_test(a_restarted_router_sends_nobody_to_the_canary),
        cmocka_unit_test(a_killed_canary_fails_none_and_is_taken_back),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
