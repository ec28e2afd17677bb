/* The controller of a rollout, with a real router, real agents and real traffic. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/rollout_scene.h"

static void anybody_takes_it_back(void **state) {
    struct rollout_scene scene;
    (void)state;
    rollout_scene_init(&scene);
    assert_true(rollout_scene_start(&scene));
    rollout_scene_wait(&scene, &(struct rollout_wish){ROLLOUT_WATCHING, 0, 1});
    assert_int_equal(rollout_scene_weight(&scene), 500);
    assert_true(rollout_scene_order(&scene, ROLLOUT_ORDER_ABORT, "bob"));
    rollout_scene_wait(&scene, &(struct rollout_wish){ROLLOUT_ROLLED_BACK, 0, 0});
    assert_true(scene.status.ended);
    assert_string_equal(scene.status.reason, "the test says so");
    assert_true(rollout_scene_weight(&scene) <= 0);
    rollout_scene_clear(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anybody_takes_it_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
