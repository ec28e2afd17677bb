/* Whether the instances of a track follow the pods
 * of a Deployment, whatever the API server does. */
/* SPDX-License-Identifier: MIT */
#include "control/pod_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/kubernetes_stage.h"

struct follower {
    struct kubernetes_stage stage;
    struct pod_watch *watch;
    unsigned lists, count, troubles;
    char first[INSTANCE_ADDRESS_SIZE], trouble[256];
    enum error_code code; /* of the trouble */
};

static void on_pods(
    void *owner, enum track track, const struct place *places, uint32_t count) {
    struct follower *follower = owner;
    assert_int_equal(track, TRACK_CANARY);
    follower->lists++;
    follower->count = count;
    if (count > 0) {
        text_copy_cut(follower->first, sizeof follower->first, places[0].address);
    }
}

static void on_trouble(void *owner, enum track track, const struct error *why) {
    struct follower *follower = owner;
    assert_int_equal(track, TRACK_CANARY);
    follower->troubles++;
    text_copy_cut(follower->trouble, sizeof follower->trouble, why ? why->message : "");
    follower->code = why ? why->code : ERROR_NONE;
}

static void follower_init(struct follower *follower, const char *deployment) {
    static const struct pod_watch_handlers handlers = {on_pods, on_trouble};
    struct target_pods pods = {.port = 8000};
    memset(follower, 0, sizeof *follower);
    kubernetes_stage_init(&follower->stage, false);
    text_copy_cut(pods.deployment, sizeof pods.deployment, deployment);
    const struct pod_watch_options options = {
        .loop = follower->stage.loop,
        .kubernetes = follower->stage.kubernetes,
        .pods = &pods,
        .track = TRACK_CANARY,
        .handlers = &handlers,
        .owner = follower,
    };
    follower->watch = pod_watch_new(&options);
    assert_int_equal(follower->lists, 0);
}

static void follower_clear(struct follower *follower) {
    pod_watch_free(follower->watch);
    kubernetes_stage_clear(&follower->stage);
}

static void scale(struct follower *follower, const char *deployment, const char *to) {
    kubernetes_stage_set(
        &follower->stage, "deployments", deployment, "/spec/replicas", to);
}

static void they_come_and_go(void **state) {
    struct follower follower;
    (void)state;
    follower_init(&follower, "agent-stable");
    assert_false(pod_watch_is_whole(follower.watch, 0));
    kubernetes_stage_until(&follower.stage, &follower.count, 19);
    assert_true(pod_watch_is_whole(follower.watch, 0));
    assert_false(pod_watch_is_whole(follower.watch, loop_clock_ns()));
    size_t length = strlen(follower.first);
    assert_string_equal(follower.first + length - 5, ":8000");
    assert_int_equal(strncmp(follower.first, "10.1.", 5), 0);
    assert_string_equal(pod_watch_place(follower.watch, 0)->address, follower.first);
    assert_null(pod_watch_place(follower.watch, 19));
    scale(&follower, "agent-stable", "3");
    kubernetes_stage_until(&follower.stage, &follower.count, 3);
    kubernetes_peer_behaviour(follower.stage.peer)->ready_ticks = 1000000;
    scale(&follower, "agent-stable", "5"); /* two have no address yet */
    unsigned lists = follower.lists;
    kubernetes_stage_until(&follower.stage, &follower.lists, lists + 1);
    while (pod_watch_is_whole(follower.watch, 0)) {
        kubernetes_stage_run(&follower.stage, 20);
    }
    assert_int_equal(follower.count, 3);
    assert_int_equal(follower.troubles, 0);
    follower_clear(&follower);
}

static void an_outage_leaves_the_last_list_and_is_said_once(void **state) {
    struct follower follower;
    (void)state;
    follower_init(&follower, "agent-canary");
    kubernetes_stage_until(&follower.stage, &follower.count, 1);
    kubernetes_peer_go_away(follower.stage.peer);
    kubernetes_stage_until(&follower.stage, &follower.troubles, 1);
    assert_non_null(strstr(follower.trouble, "the pods of agent-canary: "));
    uint64_t now_ns = loop_clock_ns();
    assert_int_equal(follower.count, 1);
    assert_non_null(pod_watch_place(follower.watch, 0));
    assert_false(pod_watch_is_whole(follower.watch, now_ns)); /* it grows old */
    kubernetes_stage_run(&follower.stage, 2500);
    assert_int_equal(follower.troubles, 1);
    kubernetes_peer_come_back(follower.stage.peer);
    kubernetes_stage_until(&follower.stage, &follower.troubles, 2);
    assert_string_equal(follower.trouble, "");
    assert_true(pod_watch_is_whole(follower.watch, now_ns));
    follower_clear(&follower);
}

/* The API server was restored from a copy: what we have seen is in its future. */
static void a_server_that_has_forgotten_is_asked_anew(void **state) {
    struct follower follower;
    (void)state;
    follower_init(&follower, "agent-canary");
    kubernetes_stage_until(&follower.stage, &follower.count, 1);
    kubernetes_peer_api(follower.stage.peer)->store.version = 10;
    kubernetes_stage_until(&follower.stage, &follower.lists, 2);
    kubernetes_stage_until(&follower.stage, &follower.lists, 3);
    assert_int_equal(follower.troubles, 0);
    follower_clear(&follower);
}

static void too_many_are_no_list(void **state) {
    struct follower follower;
    (void)state;
    follower_init(&follower, "agent-canary");
    kubernetes_stage_until(&follower.stage, &follower.count, 1);
    scale(&follower, "agent-canary", "65");
    kubernetes_stage_until(&follower.stage, &follower.troubles, 1);
    assert_non_null(strstr(follower.trouble, "more than 64 pods"));
    assert_int_equal(follower.count, 1);
    scale(&follower, "agent-canary", "64");
    kubernetes_stage_until(&follower.stage, &follower.count, 64);
    assert_int_equal(follower.troubles, 2);
    follower_clear(&follower);
}

static void who_may_not_list_them_is_told(void **state) {
    struct follower follower;
    (void)state;
    follower_init(&follower, "agent-canary");
    kubernetes_api_deny(kubernetes_peer_api(follower.stage.peer), "list", "pods", "");
    kubernetes_stage_until(&follower.stage, &follower.troubles, 1);
    assert_non_null(strstr(follower.trouble, "the pods of agent-canary: "));
    assert_int_equal(follower.code, ERROR_AUTH);
    follower_clear(&follower);
}

static void what_is_not_there_is_said(void **state) {
    struct follower follower;
    (void)state;
    follower_init(&follower, "nobody");
    kubernetes_stage_until(&follower.stage, &follower.troubles, 1);
    assert_non_null(strstr(follower.trouble, "404"));
    assert_int_equal(follower.code, ERROR_NOT_FOUND);
    assert_int_equal(follower.lists, 0);
    follower_clear(&follower);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_come_and_go),
        cmocka_unit_test(an_outage_leaves_the_last_list_and_is_said_once),
        cmocka_unit_test(a_server_that_has_forgotten_is_asked_anew),
        cmocka_unit_test(too_many_are_no_list),
        cmocka_unit_test(who_may_not_list_them_is_told),
        cmocka_unit_test(what_is_not_there_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
