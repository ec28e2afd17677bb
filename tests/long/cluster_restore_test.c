/* Going back once stable's Deployment was given the new version:
 * a real controller, an API server with its pods, and real agents
 * that say what those pods are. It waits for the real limits,
 * two minutes in all, and its agents have to answer in time meanwhile. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/kubernetes_peer.h"
#include "support/rollout_ground.h"
#include "support/test_stack.h"
#include "support/users.h"

#define FLIGHTDECK (BINARIES_FOLDER "/flightdeck")
#define AGENT      (BINARIES_FOLDER "/flightdeck-agent")

#define WEIGHT     "/spec/rules/0/backendRefs/1/weight"
#define IMAGE      "/spec/template/spec/containers/0/image"

enum { STABLE, CANARY, SIDES, PODS = 4, NEVER = 1000000, SOON = 20, LIMIT_S = 60 };

struct region {
    struct rollout_scene rollout; /* without its demo */
    struct test_stack stack;
    struct test_folder folder;
    struct users *users[SIDES];
    struct kubernetes_peer *peer;
    char socket[TEST_PATH_SIZE];
};

static uint16_t port(const struct region *region, unsigned side) {
    return (uint16_t)strtoul(strrchr(region->stack.urls[side], ':') + 1, NULL, 10);
}

static void write_config(const struct region *region) {
    char config[2048];
    int length = snprintf(
        config, sizeof config,
        "version: 1\n"
        "targets:\n"
        "  restored:\n"
        "    class: local\n"
        "    url: %s\n"
        "    tracks:\n"
        "      stable: {pods: {deployment: agent-stable, port: %u}}\n"
        "      canary: {pods: {deployment: agent-canary, port: %u}}\n"
        "    split:\n"
        "      kubernetes: {namespace: agent, socket: %s, router: httproute,\n"
        "        stable: agent-stable, canary: agent-canary, route: agent,\n"
        "        lease: flightdeck-agent}\n"
        "    deploy:\n"
        "      kubernetes: {deployment: agent-canary, container: agent,\n"
        "        image: \"agent:${version}\"}\n"
        "    rollout: {socket: %s/rollout.sock}\n",
        region->stack.urls[STABLE], (unsigned)port(region, STABLE),
        (unsigned)port(region, CANARY), region->socket, region->folder.path);
    assert_true(length > 0 && (size_t)length < sizeof config);
    test_folder_write(&region->folder, "config.yaml", config);
}

/* The cluster */

static cJSON *object(
    const struct region *region, const char *plural, const char *name) {
    struct kubernetes_object *found =
        kubernetes_api_get(kubernetes_peer_api(region->peer), "agent", plural, name);
    assert_non_null(found);
    return found->json;
}

static int weight(const struct region *region) {
    return tree_int(object(region, "httproutes", "agent"), WEIGHT, -1);
}

/* Few pods of stable; the agent of a track is at the address of all of its pods. */
static void start_cluster(struct region *region) {
    test_folder_path(&region->folder, "k8s.sock", region->socket);
    const struct kubernetes_peer_options options = {.path = region->socket};
    region->peer = kubernetes_peer_new(region->rollout.loop, &options);
    struct kubernetes_behaviour *behaviour = kubernetes_peer_behaviour(region->peer);
    behaviour->pod_ip = "127.0.0.1";
    kubernetes_peer_add_agent(region->peer);
    tree_set_int(object(region, "httproutes", "agent"), WEIGHT, 0);
    tree_set_int(object(region, "deployments", "agent-stable"), "/spec/replicas", PODS);
    kubernetes_controllers_tick(kubernetes_peer_api(region->peer), behaviour);
    behaviour->ready_ticks = behaviour->deadline_ticks = NEVER;
}

/* The last write to stable's Deployment, which must have tested what it changes. */
static void expect_tested(const struct region *region) {
    size_t at = kubernetes_peer_writes(region->peer);
    while (at-- > 0) {
        const struct kubernetes_record *write = kubernetes_peer_write(region->peer, at);
        if (!strstr(write->path, "/deployments/agent-stable")) continue;
        assert_string_equal(write->method, "PATCH");
        assert_int_equal(write->status, 200);
        assert_non_null(strstr(write->body, "\"op\":\"test\""));
        return;
    }
    fail_msg("nothing was written to it");
}

/* Until the controller has given stable that image. */
static void wait_for_image(struct region *region, const char *image) {
    cJSON *stable = object(region, "deployments", "agent-stable");
    uint64_t start_ns = loop_clock_ns();
    while (strcmp(tree_string(stable, IMAGE), image) != 0) {
        assert_true(loop_clock_ns() - start_ns < LIMIT_S * NS_PER_S);
        rollout_scene_breathe(&region->rollout);
        stable = object(region, "deployments", "agent-stable");
    }
    expect_tested(region);
}

/* What runs in stable's pods by then. */
static void replace_stable(struct region *region, const char *version) {
    char address[TEST_URL_SIZE];
    text_copy_cut(address, sizeof address, strstr(region->stack.urls[STABLE], "127"));
    const char *const again[] = {"--listen", address, NULL};
    users_rest(region->users[STABLE]);
    test_process_stop(&region->stack.serves[STABLE]);
    test_stack_serve(&region->stack, STABLE, version, again);
    users_go_on(region->users[STABLE]);
}

/* The rollout */

static void wait_for(
    struct region *region, enum rollout_phase phase, enum rollout_hold hold) {
    rollout_scene_wait(
        &region->rollout, &(struct rollout_goal){.phase = phase, .hold = hold});
}

/* Until what is published has such words for what it waits for. */
static void wait_for_words(struct region *region, const char *words) {
    const struct rollout_status *status = &region->rollout.status;
    uint64_t start_ns = loop_clock_ns();
    while (!strstr(status->why_not_now, words)) {
        assert_true(loop_clock_ns() - start_ns < LIMIT_S * NS_PER_S);
        rollout_scene_turn(&region->rollout);
    }
}

/* All traffic is on the canary, and stable's Deployment has just got its version. */
static void promote(struct region *region) {
    struct rollout_plan *plan = &region->rollout.launch->plan;
    region->rollout.launch->kind = ROLLOUT_LAUNCH_BEGIN;
    rollout_ground_plan(plan, "restored");
    plan->step_count = 1;
    plan->steps[0].weight_bp = 10000;
    plan->keep_previous_ns = 0;
    rollout_scene_start_manual(&region->rollout);
    rollout_scene_promote(&region->rollout);
    wait_for_image(region, "agent:v1.6.0");
    replace_stable(region, "v1.6.0");
    assert_int_equal(weight(region), 100);
}

static void take_back(struct region *region) {
    struct rollout_scene *rollout = &region->rollout;
    assert_true(rollout_scene_order(rollout, ROLLOUT_ORDER_ABORT, "bob"));
    if (!strstr(rollout->answer.words, "stable becomes v1.5.0 again")) {
        fail_msg("%s: %s", rollout->answer.words, rollout->status.reason);
    }
    wait_for_image(region, "agent:v1.5.0");
    assert_int_equal(weight(region), 100);
}

/* What whoever asks is told afterwards, too. */
static void expect_ended(struct region *region, int code) {
    char config[TEST_PATH_SIZE];
    test_folder_path(&region->folder, "config.yaml", config);
    const char *const status[] = {FLIGHTDECK, "canary", "status",   "--config",
                                  config,     "-t",     "restored", NULL};
    rollout_scene_wait_for_end(&region->rollout);
    assert_int_equal(test_process_run(status, NULL), code);
}

static int set_up(void **state) {
    static const char *const releases[SIDES] = {"v1.5.0", "v1.6.0"};
    struct region *region = memory_new(sizeof *region);
    *state = region;
    test_folder_init(&region->folder);
    rollout_ground_enter(&region->folder);
    test_stack_start(&region->stack, AGENT, "fixed:500ms");
    region->rollout.loop = loop_new();
    region->rollout.launch = memory_new(sizeof *region->rollout.launch);
    for (unsigned i = 0; i < SIDES; i++) {
        test_stack_serve(&region->stack, i, releases[i], NULL);
        const struct users_options options = {
            .port = port(region, i), .count = 1000, .in_body = true};
        region->users[i] = users_new(region->rollout.loop, &options);
        users_go_on(region->users[i]);
    }
    start_cluster(region);
    write_config(region);
    rollout_ground_read(&region->rollout, &region->folder, "restored");
    return 0;
}

static int tear_down(void **state) {
    struct region *region = *state;
    for (unsigned i = 0; i < SIDES; i++) users_free(region->users[i]);
    rollout_scene_kill(&region->rollout);
    kubernetes_peer_free(region->peer);
    loop_free(region->rollout.loop);
    free(region->rollout.launch);
    test_stack_stop(&region->stack);
    test_folder_clear(&region->folder);
    free(region);
    return 0;
}

/* Neither its image nor that its pods are ready is enough: they say what they are. */
static void traffic_comes_back_once_its_pods_say_that_they_are_it(void **state) {
    struct region *region = *state;
    promote(region);
    take_back(region);
    kubernetes_peer_behaviour(region->peer)->ready_ticks = 0;
    wait_for_words(region, "says that it is v1.6.0");
    assert_int_equal(weight(region), 100);
    replace_stable(region, "v1.5.0");
    wait_for(region, ROLLOUT_ROLLED_BACK, ROLLOUT_NOT_HELD);
    assert_int_equal(weight(region), 0);
    expect_ended(region, 5);
}

static void killed_in_between_it_goes_on_going_back(void **state) {
    struct region *region = *state;
    struct rollout_scene *rollout = &region->rollout;
    promote(region);
    take_back(region);
    rollout_scene_kill(rollout);
    kubernetes_peer_behaviour(region->peer)->ready_ticks = 0;
    rollout->launch->kind = ROLLOUT_LAUNCH_RESUME;
    assert_true(rollout_scene_start(rollout));
    wait_for_words(region, "says that it is v1.6.0");
    assert_int_equal(weight(region), 100);
    replace_stable(region, "v1.5.0");
    wait_for(region, ROLLOUT_ROLLED_BACK, ROLLOUT_NOT_HELD);
    assert_int_equal(weight(region), 0);
    expect_ended(region, 5);
}

/* Stable became neither: users do not wait for it for ever. */
static void pods_that_never_come_are_for_a_person(void **state) {
    struct region *region = *state;
    kubernetes_peer_behaviour(region->peer)->deadline_ticks = SOON;
    promote(region);
    wait_for(region, ROLLOUT_HOLD, ROLLOUT_HELD_DEPLOY);
    assert_non_null(strstr(
        region->rollout.status.reason, "agent-stable is past its progress deadline"));
    take_back(region);
    wait_for_words(region, "it is tried again");
    assert_int_equal(weight(region), 100);
    wait_for(region, ROLLOUT_STRANDED, ROLLOUT_NOT_HELD);
    assert_int_equal(weight(region), 0);
    const char *reason = region->rollout.status.reason;
    assert_non_null(strstr(reason, "give stable v1.5.0 by hand"));
    assert_non_null(strstr(reason, "agent-stable is past its progress deadline"));
    expect_ended(region, 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            traffic_comes_back_once_its_pods_say_that_they_are_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            killed_in_between_it_goes_on_going_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            pods_that_never_come_are_for_a_person, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
