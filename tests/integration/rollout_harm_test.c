/* A rollout of a version that does harm, or whose router or instances die. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "support/rollout_scene.h"

/* Its smoke test may find it out; if that passes, its users do. */
static void a_bad_version_is_taken_back_by_itself(void **state) {
    struct rollout_scene scene;
    (void)state;
    rollout_scene_init_bad(&scene);
    assert_true(rollout_scene_start(&scene));
    rollout_scene_wait(&scene, &(struct rollout_goal){ROLLOUT_ROLLED_BACK, 0, 0});
    assert_true(scene.status.ended);
    assert_true(scene.status.reason[0] != '\0');
    assert_true(rollout_scene_weight(&scene) <= 0);
    rollout_scene_clear(&scene);
}

static void a_version_that_crashes_is_taken_back_at_once(void **state) {
    struct rollout_scene *scene = *state;
    rollout_scene_start_manual(scene);
    kill(test_demo_part(scene->demo.demo.words, "agent-canary"), SIGKILL);
    rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_ROLLED_BACK, 0, 0});
    assert_non_null(strstr(scene->status.reason, "canary"));
    assert_true(rollout_scene_weight(scene) <= 0);
}

static void a_restarted_router_is_not_raised_again(void **state) {
    struct rollout_scene *scene = *state;
    rollout_scene_start_manual(scene);
    rollout_scene_tell_demo(scene, "stop", "router");
    rollout_scene_tell_demo(scene, "start", "router");
    rollout_scene_wait(
        scene, &(struct rollout_goal){ROLLOUT_HOLD, ROLLOUT_HELD_DRIFT, 1});
    assert_non_null(strstr(scene->status.reason, "it was restarted"));
    assert_int_equal(rollout_scene_weight(scene), -1);
}

#define SHARED(test) cmocka_unit_test_setup(test, rollout_scene_renew)

int main(void) {
    const struct CMUnitTest alone[] = {
        cmocka_unit_test(a_bad_version_is_taken_back_by_itself),
    };
    const struct CMUnitTest shared[] = {
        SHARED(a_restarted_router_is_not_raised_again),
        SHARED(a_version_that_crashes_is_taken_back_at_once), /* for good: the last */
    };
    int failed = cmocka_run_group_tests(alone, NULL, NULL);
    failed += cmocka_run_group_tests(shared, rollout_scene_open, rollout_scene_close);
    return failed;
}
