/* Argo Rollouts as the engine, against an API server: each press once, and back to
 * weight 0 even when the engine does not go there. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "support/router_scene.h"

#define HASH "/spec/selector/rollouts-pod-template-hash"

static int weight(struct router_scene *scene) {
    return kubernetes_stage_int(
        &scene->stage, "rollouts", "agent", "/status/canary/weights/canary/weight");
}

static int step(struct router_scene *scene) {
    return kubernetes_stage_int(
        &scene->stage, "rollouts", "agent", "/status/currentStepIndex");
}

static const char *phase(struct router_scene *scene) {
    return kubernetes_stage_string(&scene->stage, "rollouts", "agent", "/status/phase");
}

/* A new version is there, and Argo has gone to its first weight and waits. */
static void begin_rollout(struct router_scene *scene) {
    kubernetes_stage_set(
        &scene->stage, "rollouts", "agent", "/spec/template/spec/containers/0/image",
        "\"agent:v1.6.0\"");
    while (strcmp(phase(scene), "Paused") != 0) kubernetes_stage_run(&scene->stage, 2);
    assert_int_equal(weight(scene), 5);
}

static void a_pause_ends_once_per_step(void **state) {
    (void)state;
    static const uint32_t steps[] = {500, 2500, 5000, 10000};
    struct router_scene scene;
    router_scene_init(&scene, &argo_router, 0);
    assert_int_equal(router_scene_check(&scene), ROUTER_DONE);
    begin_rollout(&scene);
    router_scene_look(&scene);
    assert_int_equal(scene.seen.weight_bp, 500);
    for (size_t i = 1; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(
            router_scene_set(&scene, 3, steps[i - 1], steps[i]), ROUTER_DONE);
        assert_int_equal(weight(&scene), steps[i] / 100);
        /* The same again presses nothing. */
        int at = step(&scene);
        assert_int_equal(
            router_scene_set(&scene, 3, steps[i - 1], steps[i]), ROUTER_DONE);
        assert_int_equal(step(&scene), at);
        router_scene_look(&scene);
        assert_true(scene.seen.settled);
        assert_int_equal(scene.seen.weight_bp, steps[i]);
        assert_int_equal(scene.seen.epoch, 3);
    }
    router_scene_clear(&scene);
}

static void a_step_is_not_skipped(void **state) {
    (void)state;
    struct router_scene scene;
    router_scene_init(&scene, &argo_router, 0);
    begin_rollout(&scene);
    assert_int_equal(router_scene_set(&scene, 3, 500, 5000), ROUTER_REFUSED);
    assert_non_null(strstr(scene.done.error.message, "the next step of the Rollout"));
    assert_int_equal(router_scene_set(&scene, 3, 2500, 5000), ROUTER_CONFLICT);
    assert_int_equal(router_scene_set(&scene, 3, 500, 2550), ROUTER_REFUSED);
    assert_int_equal(weight(&scene), 5);
    assert_int_equal(step(&scene), 1);
    router_scene_clear(&scene);
}

static void back_is_an_abort_that_is_seen_at_weight_0(void **state) {
    (void)state;
    struct router_scene scene;
    router_scene_init(&scene, &argo_router, 0);
    begin_rollout(&scene);
    assert_int_equal(router_scene_set(&scene, 3, 500, 2500), ROUTER_DONE);
    assert_int_equal(router_scene_back(&scene, 3), ROUTER_DONE);
    assert_int_equal(weight(&scene), 0);
    assert_string_equal(phase(&scene), "Degraded");
    router_scene_look(&scene);
    assert_int_equal(scene.seen.weight_bp, 0);
    assert_int_equal(router_scene_back(&scene, 3), ROUTER_DONE);
    assert_int_equal(router_scene_set(&scene, 3, 500, 2500), ROUTER_CONFLICT);
    router_scene_clear(&scene);
}

static void an_abort_that_keeps_its_weight_needs_a_person(void **state) {
    (void)state;
    struct router_scene scene;
    router_scene_init(&scene, &argo_router, 400 * NS_PER_MS);
    begin_rollout(&scene);
    kubernetes_peer_behaviour(scene.stage.peer)->abort_stuck = true;
    assert_int_equal(router_scene_back(&scene, 3), ROUTER_UNKNOWN);
    assert_non_null(strstr(scene.done.error.message, "still has 5 %"));
    assert_non_null(strstr(scene.done.error.message, "was narrowed"));
    assert_string_equal(
        kubernetes_stage_string(&scene.stage, "services", "agent-service", HASH),
        kubernetes_stage_string(&scene.stage, "rollouts", "agent", "/status/stableRS"));
    router_scene_clear(&scene);
}

static void an_old_epoch_presses_nothing(void **state) {
    (void)state;
    struct router_scene scene;
    router_scene_init(&scene, &argo_router, 0);
    begin_rollout(&scene);
    assert_int_equal(router_scene_set(&scene, 4, 500, 2500), ROUTER_DONE);
    assert_int_equal(router_scene_set(&scene, 3, 2500, 5000), ROUTER_CONFLICT);
    assert_int_equal(router_scene_back(&scene, 3), ROUTER_CONFLICT);
    assert_int_equal(weight(&scene), 25);
    router_scene_clear(&scene);
}

static void a_press_whose_answer_is_lost_is_not_made_twice(void **state) {
    (void)state;
    struct router_scene scene;
    router_scene_init(&scene, &argo_router, 0);
    begin_rollout(&scene);
    assert_int_equal(router_scene_set(&scene, 3, 500, 2500), ROUTER_DONE);
    kubernetes_peer_fault(scene.stage.peer, FAULT_LOST, "PATCH", 1, 0);
    assert_int_equal(router_scene_set(&scene, 3, 2500, 5000), ROUTER_DONE);
    assert_int_equal(weight(&scene), 50);
    assert_int_equal(step(&scene), 5);
    router_scene_clear(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pause_ends_once_per_step),
        cmocka_unit_test(a_step_is_not_skipped),
        cmocka_unit_test(back_is_an_abort_that_is_seen_at_weight_0),
        cmocka_unit_test(an_abort_that_keeps_its_weight_needs_a_person),
        cmocka_unit_test(an_old_epoch_presses_nothing),
        cmocka_unit_test(a_press_whose_answer_is_lost_is_not_made_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
