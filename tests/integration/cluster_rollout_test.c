/* A real controller that rolls out in a cluster:
 * agents of a demo, and an API server. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "control/watchdog.h"
#include "core/url.h"
#include "io/loop.h"
#include "support/kubernetes_peer.h"
#include "support/rollout_scene.h"
#include "support/router_scene.h"

#define WEIGHT "/spec/rules/0/backendRefs/1/weight"

struct region {
    struct rollout_scene *scene; /* borrowed */
    struct kubernetes_peer *peer;
    char socket[TEST_PATH_SIZE];
    struct watchdog *watchdog;
    unsigned acted;
};

static cJSON *object(struct region *region, const char *plural, const char *name) {
    struct kubernetes_object *found =
        kubernetes_api_get(kubernetes_peer_api(region->peer), "agent", plural, name);
    return found ? found->json : NULL;
}

static int weight(struct region *region) {
    return tree_int(object(region, "httproutes", "agent"), WEIGHT, -1);
}

/* The server listens on a port, and kubectl leads there. */
static void use_kubectl(struct region *region) {
    char path[TEST_PATH_SIZE];
    struct target_kubernetes *to = &region->scene->launch->target.kubernetes;
    const struct test_folder *folder = &region->scene->demo.home.logs;
    kubernetes_kubeconfig(folder, kubernetes_peer_port(region->peer), path);
    to->socket[0] = '\0';
    struct target_publish *publish = &region->scene->launch->target.publish;
    text_copy_cut(publish->configmap, sizeof publish->configmap, "flightdeck-board");
    /* What it remembers of the cluster is nothing that a demo leaves behind. */
    setenv("KUBECACHEDIR", folder->path, 1);
    assert_true(text_copy(to->kubeconfig, sizeof to->kubeconfig, path));
    assert_true(text_copy(to->context, sizeof to->context, "here"));
}

/* The demo's agents, but its traffic is divided by a route of the cluster. */
static void region_init(struct region *region, struct rollout_scene *scene) {
    *region = (struct region){.scene = scene};
    struct target *target = &region->scene->launch->target;
    struct target in_cluster;
    test_folder_path(&region->scene->demo.home.folder, "k8s.sock", region->socket);
    router_scene_target(&in_cluster, region->socket, CLUSTER_HTTPROUTE);
    target->kubernetes = in_cluster.kubernetes;
    target->split.socket[0] = '\0';
    const struct kubernetes_peer_options options = {
        .path = region->socket, .tcp = true};
    region->peer = kubernetes_peer_new(region->scene->loop, &options);
    kubernetes_peer_add_agent(region->peer);
    tree_set_int(object(region, "httproutes", "agent"), WEIGHT, 0);
}

static void region_clear(struct region *region) {
    watchdog_free(region->watchdog);
    rollout_scene_kill(region->scene);
    kubernetes_peer_free(region->peer);
}

static void wait_for(struct region *region, enum rollout_phase phase, uint16_t step) {
    rollout_scene_wait(
        region->scene, &(struct rollout_goal){.phase = phase, .step = step});
}

static void on_event(void *owner, enum watchdog_event event, const char *words) {
    struct region *region = owner;
    (void)words;
    if (event != WATCHDOG_ACTED) return;
    region->acted++;
    loop_stop(region->scene->loop);
}

static void start_watchdog(struct region *region) {
    struct error err = {0};
    const struct watchdog_options options = {
        .target = &region->scene->launch->target,
        .holder = "watchdog-1",
        .limit_ns = 8 * NS_PER_S,
    };
    region->watchdog =
        watchdog_start(region->scene->loop, &options, on_event, region, &err);
    assert_non_null(region->watchdog);
}

static const char *holder(struct region *region) {
    return tree_string(
        object(region, "leases", "flightdeck-agent"), "/spec/holderIdentity");
}

static void a_rollout_holds_its_lease_and_is_taken_back(void **state) {
    struct region region;
    region_init(&region, *state);
    assert_true(rollout_scene_start(region.scene));
    wait_for(&region, ROLLOUT_WATCHING, 1);
    assert_int_equal(weight(&region), 5);
    assert_string_equal(holder(&region), "ann@ops1");
    assert_false(region.scene->status.guarded);
    assert_true(rollout_scene_order(region.scene, ROLLOUT_ORDER_ABORT, "bob"));
    wait_for(&region, ROLLOUT_ROLLED_BACK, 0);
    assert_int_equal(weight(&region), 0);
    /* The watchdog may rest. */
    for (int i = 0; i < 500 && *holder(&region); i++) {
        rollout_scene_breathe(region.scene);
    }
    assert_string_equal(holder(&region), "");
    region_clear(&region);
}

/* The only child of the controller while it watches; 0 for none. */
static pid_t proxy_of(struct region *region) {
    char path[64], words[64] = "";
    int pid = (int)rollout_scene_pid(region->scene), child = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    if (fgets(words, sizeof words, file)) {
        char *end;
        child = (int)strtol(words, &end, 10);
        assert_int_equal(strtol(end, NULL, 10), 0);
    }
    fclose(file);
    return child;
}

static const char *written(struct region *region) {
    cJSON *board = object(region, "configmaps", "flightdeck-board");
    return board ? tree_string(board, "/data/written") : "";
}

/* Until something new was written on it. */
static void wait_for_board(struct region *region) {
    char before[64] = "";
    snprintf(before, sizeof before, "%s", written(region));
    for (int i = 0; i < 1000 && strcmp(before, written(region)) == 0; i++) {
        rollout_scene_breathe(region->scene);
    }
    assert_string_not_equal(before, written(region));
}

static void it_goes_through_kubectl(void **state) {
    if (!kubernetes_stage_has_kubectl()) {
        print_message("kubectl is not here: it leads to no cluster\n");
        skip();
    }
    struct region region;
    region_init(&region, *state);
    use_kubectl(&region);
    assert_true(rollout_scene_start(region.scene));
    wait_for(&region, ROLLOUT_WATCHING, 1);
    assert_int_equal(weight(&region), 5);
    /* Router, Lease and board share one, also after it was killed. */
    pid_t proxy = proxy_of(&region);
    assert_int_equal(kill(proxy, SIGKILL), 0);
    while (proxy_of(&region) == proxy) rollout_scene_breathe(region.scene);
    wait_for_board(&region);
    assert_int_not_equal(proxy_of(&region), 0);
    assert_true(rollout_scene_order(region.scene, ROLLOUT_ORDER_ABORT, "bob"));
    wait_for(&region, ROLLOUT_ROLLED_BACK, 0);
    assert_int_equal(weight(&region), 0);
    for (int n = 0; n < 1000 && !region.scene->has_ended; n++) {
        rollout_scene_breathe(region.scene);
    }
    assert_true(region.scene->has_ended);
    region_clear(&region);
}

static void a_killed_controller_is_missed_by_the_watchdog(void **state) {
    struct region region;
    region_init(&region, *state);
    start_watchdog(&region);
    assert_true(rollout_scene_start(region.scene));
    wait_for(&region, ROLLOUT_WATCHING, 1);
    assert_int_equal(weight(&region), 5);
    rollout_scene_kill(region.scene);
    while (region.acted == 0) loop_run(region.scene->loop);
    assert_int_equal(weight(&region), 0);
    region_clear(&region);
}

/* The Deployments' pods are the demo's agents:
 * at 127.0.0.1, each track at its own port. */
static void use_pods(struct region *region) {
    static const char *const names[TRACK_COUNT] = {"agent-stable", "agent-canary"};
    struct target *target = &region->scene->launch->target;
    struct kubernetes_api *api = kubernetes_peer_api(region->peer);
    kubernetes_peer_behaviour(region->peer)->pod_ip = "127.0.0.1";
    for (int i = 0; i < TRACK_COUNT; i++) {
        struct target_track *track = &target->tracks[i];
        struct url url;
        struct error err;
        assert_true(url_parse(slice_of(track->urls[0]), &url, &err));
        track->url_count = 0;
        track->pods.port = url.port;
        text_copy_cut(track->pods.deployment, sizeof track->pods.deployment, names[i]);
    }
    struct kubernetes_object *pod = api->store.first;
    for (; pod; pod = pod->next) {
        if (strcmp(pod->kind->plural, "pods") != 0) continue;
        tree_set_string(pod->json, "/status/podIP", "127.0.0.1");
    }
}

static void its_instances_may_be_pods(void **state) {
    struct region region;
    region_init(&region, *state);
    use_pods(&region);
    assert_true(rollout_scene_start(region.scene));
    wait_for(&region, ROLLOUT_WATCHING, 1);
    assert_int_equal(weight(&region), 5);
    /* The pod answers no more: nobody promotes what is not there. */
    rollout_scene_tell_demo(region.scene, "stop", "agent-canary");
    wait_for(&region, ROLLOUT_ROLLED_BACK, 0);
    assert_int_equal(weight(&region), 0);
    rollout_scene_tell_demo(region.scene, "start", "agent-canary");
    region_clear(&region);
}

static void production_asks_for_a_watchdog(void **state) {
    struct region region;
    region_init(&region, *state);
    region.scene->launch->target.class = TARGET_PRODUCTION;
    assert_true(rollout_scene_start(region.scene));
    rollout_scene_wait_for_end(region.scene);
    assert_int_equal(region.scene->status.phase, ROLLOUT_IDLE);
    assert_non_null(strstr(region.scene->status.reason, "no watchdog in the cluster"));
    assert_int_equal(weight(&region), 0);
    start_watchdog(&region);
    assert_true(rollout_scene_start(region.scene));
    wait_for(&region, ROLLOUT_WATCHING, 1);
    assert_true(region.scene->status.guarded);
    region_clear(&region);
}

#define SHARED(test) cmocka_unit_test_setup(test, rollout_scene_renew)

int main(void) {
    const struct CMUnitTest tests[] = {
        SHARED(a_rollout_holds_its_lease_and_is_taken_back),
        SHARED(it_goes_through_kubectl),
        SHARED(a_killed_controller_is_missed_by_the_watchdog),
        SHARED(production_asks_for_a_watchdog),
        SHARED(its_instances_may_be_pods),
    };
    return cmocka_run_group_tests(tests, rollout_scene_open, rollout_scene_close);
}
