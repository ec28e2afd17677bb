/* SPDX-License-Identifier: MIT */
#include "control/watchdog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "control/kubernetes_lease.h"
#include "io/loop.h"
#include "support/router_scene.h"

enum { EVENTS = WATCHDOG_FAILED + 1, CONTROLLER_S = 1 };

#define LIMIT_NS (900 * NS_PER_MS)

/* A watchdog, a controller's Lease and the router that the controller has used. */
struct yard {
    struct router_scene scene;
    struct watchdog *watchdog;
    unsigned events[EVENTS];
    char words[320]; /* of the last event */
    struct kubernetes_lease *lease;
    unsigned held, lost;
};

static void on_event(void *owner, enum watchdog_event event, const char *words) {
    struct yard *yard = owner;
    yard->events[event]++;
    text_copy_cut(yard->words, sizeof yard->words, words);
}

static void on_held(void *owner, uint64_t epoch) {
    (void)epoch;
    ((struct yard *)owner)->held++;
}

static void on_lost(void *owner, const struct error *why) {
    (void)why;
    ((struct yard *)owner)->lost++;
}

static void on_released(void *owner) {
    ((struct yard *)owner)->lost++;
}

static const struct lease_handlers handlers = {
    .on_held = on_held, .on_lost = on_lost, .on_released = on_released};

static void start_watchdog(struct yard *yard) {
    struct error err = {0};
    const struct watchdog_options options = {
        .target = &yard->scene.target, .holder = "watchdog-1", .limit_ns = LIMIT_NS};
    memset(yard->events, 0, sizeof yard->events);
    yard->watchdog =
        watchdog_start(yard->scene.stage.loop, &options, on_event, yard, &err);
    assert_non_null(yard->watchdog);
}

static void stop_watchdog(struct yard *yard) {
    watchdog_free(yard->watchdog);
    yard->watchdog = NULL;
}

static void start_controller(struct yard *yard) {
    const struct lease_wish wish = {
        .kubernetes = yard->scene.stage.kubernetes,
        .name = "flightdeck-agent",
        .holder = "alice@ops1",
        .duration_s = CONTROLLER_S,
        .epoch = 7,
    };
    yard->held = yard->lost = 0;
    yard->lease = kubernetes_lease_take(yard->scene.stage.loop, &wish, &handlers, yard);
    kubernetes_stage_until(&yard->scene.stage, &yard->held, 1);
}

static void kill_controller(struct yard *yard) {
    kubernetes_lease_free(yard->lease);
    yard->lease = NULL;
}

static void yard_init(
    struct yard *yard, const struct router_type *type,
    enum target_cluster_router router) {
    memset(yard, 0, sizeof *yard);
    router_scene_init(&yard->scene, type, 0);
    yard->scene.target.kubernetes.router = router;
}

static void yard_clear(struct yard *yard) {
    stop_watchdog(yard);
    kill_controller(yard);
    router_scene_clear(&yard->scene);
}

static int canary_weight(struct yard *yard) {
    return kubernetes_stage_int(
        &yard->scene.stage, "httproutes", "agent",
        "/spec/rules/0/backendRefs/1/weight");
}

static const char *holder_of(struct yard *yard, const char *lease) {
    return kubernetes_stage_string(
        &yard->scene.stage, "leases", lease, "/spec/holderIdentity");
}

static void until(struct yard *yard, enum watchdog_event event, unsigned count) {
    kubernetes_stage_until(&yard->scene.stage, &yard->events[event], count);
}

/* A controller that lives at 25 % with a watchdog beside it. */
static void raise(struct yard *yard) {
    yard_init(yard, &httproute_router, CLUSTER_HTTPROUTE);
    start_controller(yard);
    assert_int_equal(router_scene_set(&yard->scene, 7, 500, 2500), ROUTER_DONE);
    start_watchdog(yard);
    until(yard, WATCHDOG_WATCHES, 1);
}

static void renewals_that_stop_end_in_weight_0(void **state) {
    (void)state;
    struct yard yard;
    raise(&yard);
    kubernetes_stage_run(&yard.scene.stage, 2000);
    assert_string_equal(holder_of(&yard, "flightdeck-agent-watchdog"), "watchdog-1");
    assert_int_equal(yard.events[WATCHDOG_ACTS], 0);
    assert_int_equal(canary_weight(&yard), 25);

    uint64_t dead_ns = loop_clock_ns();
    kill_controller(&yard);
    until(&yard, WATCHDOG_ACTED, 1);
    assert_true(loop_clock_ns() - dead_ns < LIMIT_NS + 2 * NS_PER_S);
    assert_int_equal(canary_weight(&yard), 0);
    until(&yard, WATCHDOG_RESTS, 1);
    assert_string_equal(holder_of(&yard, "flightdeck-agent"), "");
    /* The controller comes to: its epoch is old. */
    assert_int_equal(router_scene_set(&yard.scene, 7, 0, 500), ROUTER_CONFLICT);
    assert_int_equal(canary_weight(&yard), 0);
    yard_clear(&yard);
}

static void a_controller_that_only_slept_finds_its_lease_taken(void **state) {
    (void)state;
    struct yard yard;
    raise(&yard);
    kubernetes_peer_fault(yard.scene.stage.peer, FAULT_NONE, "", 0, 0);
    kill_controller(&yard);
    until(&yard, WATCHDOG_RESTS, 1);
    assert_int_equal(yard.events[WATCHDOG_ACTED], 1);
    /* Only once, however long it lasts. */
    kubernetes_stage_run(&yard.scene.stage, 1000);
    assert_int_equal(yard.events[WATCHDOG_ACTED], 1);
    yard_clear(&yard);
}

static void replicas_end_in_a_service_of_stable(void **state) {
    (void)state;
    struct yard yard;
    yard_init(&yard, &replica_router, CLUSTER_REPLICAS);
    assert_int_equal(router_scene_back(&yard.scene, 7), ROUTER_DONE);
    assert_int_equal(router_scene_set(&yard.scene, 7, 0, 2500), ROUTER_DONE);
    start_controller(&yard);
    kill_controller(&yard);
    start_watchdog(&yard);
    until(&yard, WATCHDOG_ACTED, 1);
    assert_string_equal(
        kubernetes_stage_string(
            &yard.scene.stage, "services", "agent-service", "/spec/selector/version"),
        "stable");
    assert_int_equal(
        kubernetes_stage_int(
            &yard.scene.stage, "deployments", "agent-stable", "/spec/replicas"),
        20);
    yard_clear(&yard);
}

static void a_watchdog_that_restarts_acts_all_the_same(void **state) {
    (void)state;
    struct yard yard;
    raise(&yard);
    kill_controller(&yard);
    stop_watchdog(&yard);
    kubernetes_stage_run(&yard.scene.stage, 50);
    start_watchdog(&yard);
    until(&yard, WATCHDOG_ACTED, 1);
    assert_int_equal(canary_weight(&yard), 0);
    yard_clear(&yard);
}

static void a_restart_beside_a_living_controller_does_nothing(void **state) {
    (void)state;
    struct yard yard;
    raise(&yard);
    for (int i = 0; i < 3; i++) {
        stop_watchdog(&yard);
        start_watchdog(&yard);
        kubernetes_stage_run(&yard.scene.stage, 1000);
        assert_int_equal(yard.events[WATCHDOG_ACTS], 0);
    }
    assert_int_equal(canary_weight(&yard), 25);
    yard_clear(&yard);
}

static void an_api_that_is_away_ends_no_life_and_hides_no_death(void **state) {
    (void)state;
    struct yard yard;
    raise(&yard);
    kubernetes_peer_go_away(yard.scene.stage.peer);
    until(&yard, WATCHDOG_BLIND, 1);
    kubernetes_stage_run(&yard.scene.stage, 800);
    assert_int_equal(yard.events[WATCHDOG_ACTS], 0);
    kubernetes_peer_come_back(yard.scene.stage.peer);
    kill_controller(&yard);
    until(&yard, WATCHDOG_ACTED, 1);
    assert_int_equal(canary_weight(&yard), 0);
    yard_clear(&yard);
}

static void what_fails_is_tried_again(void **state) {
    (void)state;
    struct yard yard;
    raise(&yard);
    kill_controller(&yard);
    kubernetes_peer_fault(yard.scene.stage.peer, FAULT_BROKEN, "PATCH", 4, 0);
    until(&yard, WATCHDOG_FAILED, 1);
    until(&yard, WATCHDOG_ACTED, 1);
    assert_int_equal(canary_weight(&yard), 0);
    yard_clear(&yard);
}

static void a_rollout_that_has_ended_is_left_alone(void **state) {
    (void)state;
    struct yard yard;
    raise(&yard);
    kubernetes_lease_release(yard.lease);
    until(&yard, WATCHDOG_RESTS, 1);
    kubernetes_stage_run(&yard.scene.stage, 1000);
    assert_int_equal(yard.events[WATCHDOG_ACTS], 0);
    assert_int_equal(canary_weight(&yard), 25);
    yard_clear(&yard);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renewals_that_stop_end_in_weight_0),
        cmocka_unit_test(a_controller_that_only_slept_finds_its_lease_taken),
        cmocka_unit_test(replicas_end_in_a_service_of_stable),
        cmocka_unit_test(a_watchdog_that_restarts_acts_all_the_same),
        cmocka_unit_test(a_restart_beside_a_living_controller_does_nothing),
        cmocka_unit_test(an_api_that_is_away_ends_no_life_and_hides_no_death),
        cmocka_unit_test(what_fails_is_tried_again),
        cmocka_unit_test(a_rollout_that_has_ended_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
