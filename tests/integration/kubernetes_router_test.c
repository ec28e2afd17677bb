/* The routers of a cluster against an API server: every write tests what it supposes,
 * is read back, and is never repeated blindly. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "control/router.h"
#include "io/loop.h"
#include "support/router_scene.h"

#define SELECTOR "/spec/selector/version"
#define EPOCH    "/metadata/annotations/flightdeck.dev~1epoch"

static struct router_scene scene;

static int replicas(const char *deployment) {
    return kubernetes_stage_int(
        &scene.stage, "deployments", deployment, "/spec/replicas");
}

static int weight(const char *pointer) {
    return kubernetes_stage_int(&scene.stage, "httproutes", "agent", pointer);
}

static const char *selector(void) {
    return kubernetes_stage_string(&scene.stage, "services", "agent-service", SELECTOR);
}

/* How many pods of a track the Service sends to. */
static int endpoints(const char *track) {
    struct kubernetes_object *object = kubernetes_api_get(
        kubernetes_peer_api(scene.stage.peer), "agent", "endpoints", "agent-service");
    int count = 0;
    cJSON *address;
    cJSON_ArrayForEach(address, tree_at(object->json, "/subsets/0/addresses")) {
        if (strstr(tree_string(address, "/targetRef/name"), track)) count++;
    }
    return count;
}

/* Every write that arrived tests something, or asks for rights. */
static void all_writes_test(void) {
    for (size_t i = 0; i < kubernetes_peer_writes(scene.stage.peer); i++) {
        const struct kubernetes_record *record =
            kubernetes_peer_write(scene.stage.peer, i);
        if (record->looked) continue;
        assert_string_equal(record->content_type, "application/json-patch+json");
        assert_non_null(strstr(record->body, "{\"op\":\"test\""));
    }
}

static void to_zero(void) {
    assert_int_equal(router_scene_back(&scene, 1), ROUTER_DONE);
    assert_string_equal(selector(), "stable");
}

static int open_replicas(void **state) {
    (void)state;
    router_scene_init(&scene, &replica_router, 0);
    return 0;
}

/* All traffic is on stable already. */
static int open_at_zero(void **state) {
    open_replicas(state);
    to_zero();
    return 0;
}

static int open_route(void **state) {
    (void)state;
    router_scene_init(&scene, &httproute_router, 0);
    return 0;
}

static int close_scene(void **state) {
    (void)state;
    router_scene_clear(&scene);
    return 0;
}

#define WITH(open, test) cmocka_unit_test_setup_teardown(test, open, close_scene)

static void replicas_go_up_step_by_step_and_back_at_once(void **state) {
    (void)state;
    static const uint32_t steps[] = {0, 500, 2500, 5000, 10000};
    assert_int_equal(router_scene_check(&scene), ROUTER_DONE);
    to_zero();
    router_scene_look(&scene);
    assert_int_equal(scene.seen.weight_bp, 0);
    for (size_t i = 1; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(
            router_scene_set(&scene, 1, steps[i - 1], steps[i]), ROUTER_DONE);
        int canary = (int)steps[i] / 500;
        bool all = steps[i] == 10000;
        assert_int_equal(replicas("agent-canary"), canary);
        /* At all the traffic stable keeps what it has, for the way back. */
        assert_int_equal(replicas("agent-stable"), all ? 10 : 20 - canary);
        assert_string_equal(selector(), all ? "canary" : "");
        router_scene_look(&scene);
        assert_true(scene.seen.known && scene.seen.settled);
        assert_int_equal(scene.seen.weight_bp, steps[i]);
        assert_int_equal(scene.seen.epoch, 1);
    }
    assert_int_equal(router_scene_back(&scene, 1), ROUTER_DONE);
    assert_string_equal(selector(), "stable");
    assert_int_equal(replicas("agent-stable"), 20);
    kubernetes_stage_run(&scene.stage, 50);
    assert_int_equal(endpoints("canary"), 0);
    assert_int_equal(endpoints("stable"), 20);
    all_writes_test();
}

/* A raise to 25 %, whose pods do not come up. */
static void begin_endless_raise(void) {
    const struct router_intent intent = {
        .epoch = 1, .before_bp = 500, .weight_bp = 2500};
    assert_int_equal(router_scene_set(&scene, 1, 0, 500), ROUTER_DONE);
    kubernetes_peer_behaviour(scene.stage.peer)->ready_ticks = 1000000;
    router_scene_begin(&scene, &intent);
    while (replicas("agent-canary") != 5) kubernetes_stage_run(&scene.stage, 5);
}

static void a_share_is_written_once_the_canary_is_ready(void **state) {
    (void)state;
    begin_endless_raise();
    kubernetes_stage_run(&scene.stage, 300);
    assert_int_equal(scene.answers, 0);
    assert_int_equal(replicas("agent-stable"), 19);
    kubernetes_peer_behaviour(scene.stage.peer)->ready_ticks = 0;
    kubernetes_stage_until(&scene.stage, &scene.answers, 1);
    assert_int_equal(scene.done.outcome, ROUTER_DONE);
    assert_int_equal(replicas("agent-stable"), 15);
}

static void going_back_waits_for_no_pods(void **state) {
    (void)state;
    begin_endless_raise();
    /* The raise waits for pods that never come; it ends silently. */
    assert_int_equal(router_scene_back(&scene, 1), ROUTER_DONE);
    assert_string_equal(selector(), "stable");
    kubernetes_stage_run(&scene.stage, 600);
    assert_int_equal(scene.answers, 1);
}

static void a_service_without_pods_is_never_chosen(void **state) {
    (void)state;
    kubernetes_stage_set(
        &scene.stage, "deployments", "agent-stable", "/spec/replicas", "0");
    while (endpoints("stable") > 0) kubernetes_stage_run(&scene.stage, 5);
    assert_int_equal(router_scene_back(&scene, 1), ROUTER_DONE);
    /* The pods came first, then the Service. */
    const struct kubernetes_record *first = kubernetes_peer_write(scene.stage.peer, 0);
    assert_non_null(strstr(first->path, "/deployments/agent-stable"));
    assert_string_equal(selector(), "stable");
    assert_int_equal(endpoints("stable"), 20);
}

static void pods_that_do_not_come_up_end_the_raise(void **state) {
    (void)state;
    kubernetes_peer_behaviour(scene.stage.peer)->deadline_ticks = 10;
    kubernetes_stage_set(
        &scene.stage, "deployments", "agent-canary",
        "/spec/template/spec/containers/0/image", "\"agent:bad\"");
    assert_int_equal(router_scene_set(&scene, 1, 0, 2500), ROUTER_REFUSED);
    assert_non_null(strstr(scene.done.error.message, "past its progress deadline"));
    /* The pod of the template before is ready, but nobody is sent to it. */
    assert_string_equal(selector(), "stable");
    assert_int_equal(replicas("agent-stable"), 20);
}

static void what_others_scale_is_left_alone(void **state) {
    (void)state;
    kubernetes_api_add(
        kubernetes_peer_api(scene.stage.peer), "agent",
        "{\"kind\":\"HorizontalPodAutoscaler\",\"apiVersion\":\"autoscaling/v2\","
        "\"metadata\":{\"name\":\"more\"},\"spec\":{\"scaleTargetRef\":{\"kind\":"
        "\"Deployment\",\"name\":\"agent-stable\"},\"maxReplicas\":40}}");
    size_t before = kubernetes_peer_changes(scene.stage.peer);
    assert_int_equal(router_scene_set(&scene, 1, 0, 500), ROUTER_REFUSED);
    assert_non_null(strstr(scene.done.error.message, "the autoscaler more changes"));
    assert_int_equal(router_scene_check(&scene), ROUTER_REFUSED);
    assert_int_equal(kubernetes_peer_changes(scene.stage.peer), before);
}

static void somebody_elses_change_is_a_conflict(void **state) {
    (void)state;
    assert_int_equal(router_scene_set(&scene, 1, 0, 500), ROUTER_DONE);
    kubernetes_stage_set(
        &scene.stage, "deployments", "agent-canary", "/spec/replicas", "7");
    assert_int_equal(router_scene_set(&scene, 1, 500, 2500), ROUTER_CONFLICT);
    assert_non_null(strstr(scene.done.error.message, "7 canary pods"));
    assert_int_equal(replicas("agent-canary"), 7);
    /* Going back asks nobody. */
    assert_int_equal(router_scene_back(&scene, 1), ROUTER_DONE);
}

static void a_share_that_pods_cannot_stand_for_is_refused(void **state) {
    (void)state;
    assert_int_equal(router_scene_set(&scene, 1, 0, 100), ROUTER_REFUSED);
    assert_non_null(strstr(scene.done.error.message, "1.00 % of 20 pods"));
}

static void a_route_goes_up_and_back(void **state) {
    (void)state;
    assert_int_equal(router_scene_check(&scene), ROUTER_DONE);
    router_scene_look(&scene);
    assert_int_equal(scene.seen.weight_bp, 500);
    assert_int_equal(scene.seen.epoch, 0);
    assert_int_equal(router_scene_set(&scene, 7, 500, 2500), ROUTER_DONE);
    assert_int_equal(weight("/spec/rules/0/backendRefs/0/weight"), 75);
    assert_int_equal(weight("/spec/rules/0/backendRefs/1/weight"), 25);
    router_scene_look(&scene);
    assert_true(scene.seen.settled);
    assert_int_equal(scene.seen.weight_bp, 2500);
    assert_int_equal(scene.seen.epoch, 7);
    assert_int_equal(router_scene_set(&scene, 7, 2500, 1), ROUTER_DONE);
    assert_int_equal(weight("/spec/rules/0/backendRefs/0/weight"), 9999);
    assert_int_equal(router_scene_back(&scene, 7), ROUTER_DONE);
    assert_int_equal(weight("/spec/rules/0/backendRefs/1/weight"), 0);
    all_writes_test();
}

static void an_old_epoch_changes_nothing(void **state) {
    (void)state;
    assert_int_equal(router_scene_set(&scene, 7, 500, 2500), ROUTER_DONE);
    /* Somebody takes over: the same weight under a new epoch. */
    assert_int_equal(router_scene_set(&scene, 8, 2500, 2500), ROUTER_DONE);
    assert_string_equal(
        kubernetes_stage_string(&scene.stage, "httproutes", "agent", EPOCH), "8");
    size_t before = kubernetes_peer_writes(scene.stage.peer);
    assert_int_equal(router_scene_set(&scene, 7, 2500, 5000), ROUTER_CONFLICT);
    assert_non_null(strstr(scene.done.error.message, "the epoch is 8, not 7"));
    assert_int_equal(kubernetes_peer_writes(scene.stage.peer), before);
    assert_int_equal(router_scene_back(&scene, 7), ROUTER_CONFLICT);
    assert_int_equal(weight("/spec/rules/0/backendRefs/1/weight"), 25);
}

/* The write arrives after somebody else's, which came between our look and it. */
static void a_write_that_comes_too_late_is_a_conflict_and_not_repeated(void **state) {
    (void)state;
    assert_int_equal(router_scene_set(&scene, 7, 500, 2500), ROUTER_DONE);
    kubernetes_peer_fault(scene.stage.peer, FAULT_SLOW, "GET", 2, 60 * NS_PER_MS);
    const struct router_intent intent = {
        .epoch = 7, .before_bp = 2500, .weight_bp = 5000};
    size_t writes = kubernetes_peer_writes(scene.stage.peer);
    router_scene_begin(&scene, &intent);
    /* The second look was answered with what stood there, but is still on its way. */
    size_t asked = kubernetes_peer_requests(scene.stage.peer);
    while (kubernetes_peer_requests(scene.stage.peer) < asked + 2) {
        kubernetes_stage_run(&scene.stage, 1);
    }
    kubernetes_stage_set(&scene.stage, "httproutes", "agent", EPOCH, "\"8\"");
    kubernetes_stage_until(&scene.stage, &scene.answers, 1);
    assert_int_equal(scene.done.outcome, ROUTER_CONFLICT);
    assert_non_null(strstr(scene.done.error.message, "422"));
    assert_int_equal(kubernetes_peer_writes(scene.stage.peer), writes + 1);
    assert_int_equal(weight("/spec/rules/0/backendRefs/1/weight"), 25);
}

static void an_unknown_outcome_is_read_back(void **state) {
    static const struct {
        enum kubernetes_fault fault;
        unsigned times, writes; /* how often the patch is sent in all */
        enum router_outcome outcome;
    } rows[] = {
        {FAULT_LOST, 1, 1, ROUTER_DONE},      {FAULT_CUT, 1, 1, ROUTER_DONE},
        {FAULT_BROKEN, 1, 2, ROUTER_DONE},    {FAULT_BUSY, 2, 3, ROUTER_DONE},
        {FAULT_BROKEN, 9, 3, ROUTER_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        open_route(state);
        kubernetes_peer_fault(
            scene.stage.peer, rows[i].fault, "PATCH", rows[i].times, 0);
        assert_int_equal(router_scene_set(&scene, 7, 500, 2500), rows[i].outcome);
        assert_int_equal(kubernetes_peer_writes(scene.stage.peer), rows[i].writes);
        bool done = rows[i].outcome == ROUTER_DONE;
        assert_int_equal(weight("/spec/rules/0/backendRefs/1/weight"), done ? 25 : 5);
        assert_int_equal(kubernetes_peer_changes(scene.stage.peer), done ? 1 : 0);
        close_scene(state);
    }
}

static void a_gateway_that_does_not_take_it_in_is_said(void **state) {
    (void)state;
    kubernetes_peer_behaviour(scene.stage.peer)->gateway_refuses = true;
    kubernetes_stage_run(&scene.stage, 20);
    router_scene_look(&scene);
    assert_false(scene.seen.settled);
    assert_non_null(strstr(scene.seen.words, "ResolvedRefs"));
    assert_int_equal(router_scene_check(&scene), ROUTER_REFUSED);
}

static void who_may_not_says_so(void **state) {
    (void)state;
    kubernetes_api_deny(
        kubernetes_peer_api(scene.stage.peer), "patch", "httproutes", "");
    assert_int_equal(router_scene_check(&scene), ROUTER_DENIED);
    assert_non_null(
        strstr(scene.done.error.message, "does not let us patch httproutes agent"));
    assert_int_equal(router_scene_set(&scene, 7, 500, 2500), ROUTER_DENIED);
    assert_int_equal(kubernetes_peer_changes(scene.stage.peer), 0);
}

static void another_cluster_is_never_written_to(void **state) {
    (void)state;
    assert_int_equal(router_scene_set(&scene, 7, 500, 2500), ROUTER_DONE);
    /* kubectl was sent elsewhere: the same names, another cluster. */
    struct kubernetes_object *space = kubernetes_api_get(
        kubernetes_peer_api(scene.stage.peer), "", "namespaces", "kube-system");
    tree_set_string(space->json, "/metadata/uid", "another");
    size_t writes = kubernetes_peer_writes(scene.stage.peer);
    assert_int_equal(router_scene_set(&scene, 7, 2500, 5000), ROUTER_REFUSED);
    assert_non_null(strstr(scene.done.error.message, "another cluster"));
    assert_int_equal(kubernetes_peer_writes(scene.stage.peer), writes);
}

static void without_an_api_nothing_is_known(void **state) {
    (void)state;
    kubernetes_peer_go_away(scene.stage.peer);
    assert_int_equal(router_scene_back(&scene, 1), ROUTER_UNKNOWN);
    router_scene_look(&scene);
    assert_false(scene.seen.known);
    kubernetes_peer_come_back(scene.stage.peer);
    assert_int_equal(router_scene_back(&scene, 1), ROUTER_DONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH(open_replicas, replicas_go_up_step_by_step_and_back_at_once),
        WITH(open_at_zero, a_share_is_written_once_the_canary_is_ready),
        WITH(open_at_zero, going_back_waits_for_no_pods),
        WITH(open_replicas, a_service_without_pods_is_never_chosen),
        WITH(open_at_zero, pods_that_do_not_come_up_end_the_raise),
        WITH(open_at_zero, what_others_scale_is_left_alone),
        WITH(open_at_zero, somebody_elses_change_is_a_conflict),
        WITH(open_at_zero, a_share_that_pods_cannot_stand_for_is_refused),
        WITH(open_route, a_route_goes_up_and_back),
        WITH(open_route, an_old_epoch_changes_nothing),
        WITH(open_route, a_write_that_comes_too_late_is_a_conflict_and_not_repeated),
        cmocka_unit_test(an_unknown_outcome_is_read_back),
        WITH(open_route, a_gateway_that_does_not_take_it_in_is_said),
        WITH(open_route, who_may_not_says_so),
        WITH(open_route, another_cluster_is_never_written_to),
        WITH(open_replicas, without_an_api_nothing_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
