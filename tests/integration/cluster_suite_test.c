/* What a rollout does to a cluster: the same suite against the API server for tests, and,
 * through kubectl, against the cluster that KUBECONFIG names, in a namespace of its own that
 * is deleted again. No pod of it ever runs: no node has what they ask for, so that no image
 * is pulled. What a good cluster never does (outages, slow or broken answers, pods that
 * crash) the other tests of the cluster do, against the API server for tests alone. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "control/cluster.h"
#include "control/cluster_changes.h"
#include "control/kubernetes_lease.h"
#include "control/pod_watch.h"
#include "control/publisher.h"
#include "control/router.h"
#include "io/loop.h"
#include "support/cluster_ground.h"
#include "support/kubernetes_stage.h"

#define APPS    "/apis/apps/v1"
#define CORE    "/api/v1"
#define GATEWAY "/apis/gateway.networking.k8s.io/v1"
#define EPOCH   "$.metadata.annotations['flightdeck.dev/epoch']"
#define IMAGE   "$.spec.template.spec.containers[0].image"

static struct cluster_ground ground;

/* What the last call said. */
struct said {
    unsigned answers;
    enum router_outcome outcome;
    bool missing;
    struct error error;
};

static void on_cluster_done(void *owner, const struct cluster_done *done) {
    struct said *said = owner;
    said->outcome = done->outcome;
    said->missing = done->missing;
    said->error = done->error;
    said->answers++;
}

static struct said wait_for(struct said *said) {
    cluster_ground_until(&ground, &said->answers, 1);
    return *said;
}

static struct said change(
    struct cluster_change change, const char *api, const char *plural, const char *name,
    uint64_t epoch) {
    struct cluster *cluster = cluster_new(ground.loop, ground.kubernetes);
    struct said said = {0};
    char path[CLUSTER_PATH_SIZE];
    cluster_path(cluster, api, plural, name, path);
    change.path = path;
    change.epoch = epoch;
    cluster_change(cluster, &change, on_cluster_done, &said);
    wait_for(&said);
    cluster_free(cluster);
    return said;
}

static struct said scale(const char *name, int64_t before, int64_t to, uint64_t epoch) {
    const struct replicas_wish wish = {.to = to, .before = before};
    struct cluster_change replicas = replicas_change;
    replicas.wish = &wish;
    return change(replicas, APPS, "deployments", name, epoch);
}

static struct said narrow(const char *value, uint64_t epoch) {
    const struct selector_wish wish = {.label = "version", .value = value};
    struct cluster_change selector = selector_change;
    selector.wish = &wish;
    return change(selector, CORE, "services", "agent", epoch);
}

static const char *deployed(const char *name, const char *value_path) {
    char path[128];
    snprintf(path, sizeof path, "deployments/%s", name);
    return cluster_ground_value(&ground, APPS, path, value_path);
}

static const char *served(const char *value_path) {
    return cluster_ground_value(&ground, CORE, "services/agent", value_path);
}

static void add_deployment(const char *name, int replicas) {
    char json[1024];
    snprintf(
        json, sizeof json,
        "{\"kind\":\"Deployment\",\"apiVersion\":\"apps/v1\",\"metadata\":{\"name\":"
        "\"%s\"},\"spec\":{\"replicas\":%d,\"selector\":{\"matchLabels\":{\"app\":"
        "\"%s\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"%s\"}},\"spec\":{"
        "\"nodeSelector\":{\"flightdeck.dev/no-node\":\"has-this\"},\"containers\":[{"
        "\"name\":\"agent\",\"image\":\"agent:v1\"}]}}}}",
        name, replicas, name, name);
    cluster_ground_add(&ground, APPS, "deployments", json);
}

static void add_service(void) {
    cluster_ground_add(
        &ground, CORE, "services",
        "{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"agent\"},"
        "\"spec\":{\"ports\":[{\"port\":80}],\"selector\":{\"app\":\"agent\"}}}");
}

static int open_socket(void **state) {
    (void)state;
    cluster_ground_open(&ground, WAY_SOCKET);
    add_service();
    add_deployment("agent", 0);
    return 0;
}

static int open_kubectl(void **state) {
    (void)state;
    cluster_ground_open(&ground, WAY_KUBECTL);
    add_service();
    add_deployment("agent", 0);
    return 0;
}

static int close_ground(void **state) {
    (void)state;
    cluster_ground_close(&ground);
    return 0;
}

/* Writes */

static void what_is_written_is_there_under_its_epoch(void **state) {
    (void)state;
    assert_int_equal(scale("agent", 0, 2, 1).outcome, ROUTER_DONE);
    assert_string_equal(deployed("agent", "$.spec.replicas"), "2");
    assert_string_equal(deployed("agent", EPOCH), "1");
    const struct image_wish wish = {
        .container = "agent", .image = "agent:v2", .before = "agent:v1"};
    struct cluster_change image = image_change;
    image.wish = &wish;
    assert_int_equal(
        change(image, APPS, "deployments", "agent", 1).outcome, ROUTER_DONE);
    assert_string_equal(deployed("agent", IMAGE), "agent:v2");
    assert_int_equal(narrow("stable", 1).outcome, ROUTER_DONE);
    assert_string_equal(served("$.spec.selector.version"), "stable");
    assert_int_equal(narrow("", 1).outcome, ROUTER_DONE);
    assert_string_equal(served("$.spec.selector.version"), "");
    assert_string_equal(served("$.spec.selector.app"), "agent");
    /* Once it is so, nothing is written any more. */
    char version[GROUND_VALUE_SIZE];
    text_copy_cut(version, sizeof version, served("$.metadata.resourceVersion"));
    assert_int_equal(narrow("", 1).outcome, ROUTER_DONE);
    assert_string_equal(served("$.metadata.resourceVersion"), version);
}

static void what_somebody_has_changed_is_a_conflict(void **state) {
    (void)state;
    add_deployment("changed", 0);
    assert_int_equal(scale("changed", 0, 1, 1).outcome, ROUTER_DONE);
    assert_int_equal(
        cluster_ground_call(
            &ground,
            &(struct ground_call){
                "PATCH", APPS, "deployments/changed", "application/json-patch+json",
                "[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":3}]"}),
        200);
    const struct said said = scale("changed", 1, 2, 1);
    assert_int_equal(said.outcome, ROUTER_CONFLICT);
    assert_non_null(strstr(said.error.message, "it wants 3 pods, not 1"));
    assert_string_equal(deployed("changed", "$.spec.replicas"), "3");
}

static void a_stale_epoch_is_reported_and_writes_nothing(void **state) {
    (void)state;
    add_deployment("taken", 0);
    assert_int_equal(scale("taken", 0, 1, 7).outcome, ROUTER_DONE);
    assert_int_equal(scale("taken", 1, 1, 8).outcome, ROUTER_DONE); /* taken over */
    assert_string_equal(deployed("taken", EPOCH), "8");
    char version[GROUND_VALUE_SIZE];
    text_copy_cut(version, sizeof version, deployed("taken", "$.metadata.generation"));
    const struct said said = scale("taken", 1, 2, 7);
    assert_int_equal(said.outcome, ROUTER_CONFLICT);
    assert_non_null(strstr(said.error.message, "the epoch is 8, not 7"));
    assert_string_equal(deployed("taken", "$.spec.replicas"), "1");
    assert_string_equal(deployed("taken", "$.metadata.generation"), version);
}

/* One that was already on its way when somebody took over. */
static void a_write_that_comes_too_late_gets_422(void **state) {
    (void)state;
    static const char late[] =
        "[{\"op\":\"test\",\"path\":\"/metadata/annotations/flightdeck.dev~1epoch\","
        "\"value\":\"7\"},"
        "{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":9}]";
    add_deployment("late", 0);
    assert_int_equal(scale("late", 0, 1, 7).outcome, ROUTER_DONE);
    assert_int_equal(scale("late", 1, 1, 8).outcome, ROUTER_DONE);
    struct ground_call call = {
        "PATCH", APPS, "deployments/late", "application/json-patch+json", late};
    assert_int_equal(cluster_ground_call(&ground, &call), 422);
    assert_string_equal(deployed("late", "$.spec.replicas"), "1");
    call.type = "text/plain";
    assert_int_equal(cluster_ground_call(&ground, &call), 415);
    assert_string_equal(deployed("late", "$.spec.replicas"), "1");
}

static void what_is_not_there_is_said(void **state) {
    (void)state;
    const struct said said = scale("nobody", 0, 1, 1);
    assert_int_equal(said.outcome, ROUTER_REFUSED);
    assert_true(said.missing);
    assert_non_null(strstr(said.error.message, "404"));
}

static void our_rights_are_known(void **state) {
    (void)state;
    const struct cluster_right rights[] = {
        {"get", "apps", "deployments", "agent"},
        {"patch", "", "services", "agent"},
        {"list", "", "pods", ""},
    };
    struct cluster *cluster = cluster_new(ground.loop, ground.kubernetes);
    struct said said = {0};
    cluster_may(
        cluster, rights, sizeof rights / sizeof *rights, on_cluster_done, &said);
    assert_int_equal(wait_for(&said).outcome, ROUTER_DONE);
    cluster_free(cluster);
}

/* The Lease */

struct party {
    struct kubernetes_lease *lease;
    unsigned held, lost, released;
    uint64_t epoch;
    char words[ERROR_MESSAGE_SIZE];
};

static void on_held(void *owner, uint64_t epoch) {
    struct party *party = owner;
    party->held++;
    party->epoch = epoch;
}

static void on_lost(void *owner, const struct error *why) {
    struct party *party = owner;
    party->lost++;
    text_copy_cut(party->words, sizeof party->words, why->message);
}

static void on_released(void *owner) {
    ((struct party *)owner)->released++;
}

static void take(struct party *party, const char *holder, bool force) {
    static const struct lease_handlers handlers = {on_held, on_lost, on_released};
    const struct lease_wish wish = {
        .kubernetes = ground.kubernetes,
        .name = "flightdeck-agent",
        .holder = holder,
        .duration_s = 3,
        .epoch = 1,
        .force = force,
    };
    *party = (struct party){0};
    party->lease = kubernetes_lease_take(ground.loop, &wish, &handlers, party);
}

static void one_holds_the_lease_until_it_is_taken_over(void **state) {
    (void)state;
    struct party alice, bob, carol;
    take(&alice, "alice@a", false);
    cluster_ground_until(&ground, &alice.held, 1);
    take(&bob, "bob@b", false);
    cluster_ground_until(&ground, &bob.lost, 1);
    assert_non_null(strstr(bob.words, "alice@a holds the Lease"));
    take(&carol, "carol@c", true);
    cluster_ground_until(&ground, &carol.held, 1);
    assert_true(carol.epoch > alice.epoch);
    cluster_ground_until(&ground, &alice.lost, 1);
    assert_non_null(strstr(alice.words, "carol@c holds the Lease"));
    kubernetes_lease_release(carol.lease);
    cluster_ground_until(&ground, &carol.released, 1);
    assert_string_equal(
        cluster_ground_value(
            &ground, "/apis/coordination.k8s.io/v1", "leases/flightdeck-agent",
            "$.spec.holderIdentity"),
        "");
    kubernetes_lease_free(alice.lease);
    kubernetes_lease_free(bob.lease);
    kubernetes_lease_free(carol.lease);
}

/* The board */

struct press {
    unsigned troubles;
    char words[256];
};

static void on_trouble(void *owner, const char *words) {
    struct press *press = owner;
    press->troubles++;
    text_copy_cut(press->words, sizeof press->words, words);
}

static void on_moment(void *owner, uint64_t now_ns) {
    (void)now_ns;
    loop_stop(owner);
}

static void publish(struct publisher *publisher, uint64_t epoch, const char *words) {
    const struct rollout_status status = {.known = true, .ended = true};
    publisher_publish(publisher, &status, slice_of(words), epoch);
    while (!publisher_is_idle(publisher)) {
        loop_after(ground.loop, 5 * NS_PER_MS, on_moment, ground.loop);
        loop_run(ground.loop);
    }
}

static const char *on_board(const char *value_path) {
    return cluster_ground_value(&ground, CORE, "configmaps/board", value_path);
}

static void a_board_is_made_written_and_fenced(void **state) {
    (void)state;
    static struct target target;
    struct press press = {0};
    target_init(&target);
    text_copy_cut(target.name, sizeof target.name, "test");
    text_copy_cut(target.publish.configmap, sizeof target.publish.configmap, "board");
    const struct publisher_options options = {
        ground.loop, &target, ground.kubernetes, on_trouble, &press};
    struct publisher *publisher = publisher_new(&options);
    publish(publisher, 7, "one");
    assert_string_equal(on_board("$.binaryData.envelope"), "b25l");
    publish(publisher, 8, "two");
    assert_string_equal(on_board("$.binaryData.envelope"), "dHdv");
    assert_string_equal(on_board(EPOCH), "8");
    assert_int_equal(press.troubles, 0);
    publish(publisher, 7, "six");
    assert_int_equal(press.troubles, 1);
    assert_non_null(strstr(press.words, "the epoch is 8, not 7"));
    assert_string_equal(on_board("$.binaryData.envelope"), "dHdv");
    publisher_free(publisher);
}

/* Pods */

struct follower {
    unsigned lists, troubles;
};

static void on_pods(
    void *owner, enum track track, const struct place *places, uint32_t count) {
    (void)track, (void)places, (void)count;
    ((struct follower *)owner)->lists++;
}

static void on_pods_trouble(void *owner, enum track track, const char *words) {
    (void)track;
    ((struct follower *)owner)->troubles++;
    print_message("  %s\n", words);
}

static void pods_are_listed_again_and_again(void **state) {
    (void)state;
    static const struct pod_watch_handlers handlers = {on_pods, on_pods_trouble};
    struct follower follower = {0};
    add_deployment("followed", 2);
    const struct target_pods pods = {"followed", 8000};
    const struct pod_watch_options options = {
        .loop = ground.loop,
        .kubernetes = ground.kubernetes,
        .pods = &pods,
        .handlers = &handlers,
        .owner = &follower,
    };
    struct pod_watch *watch = pod_watch_new(&options);
    cluster_ground_until(&ground, &follower.lists, 3);
    assert_int_equal(follower.troubles, 0);
    pod_watch_free(watch);
}

/* A route, where the cluster knows of any. */

struct routing {
    unsigned answers;
    struct router_done done;
    struct router_seen seen;
};

static void on_routed(void *owner, const struct router_done *done) {
    struct routing *routing = owner;
    routing->done = *done;
    routing->answers++;
}

static void on_seen(void *owner, const struct router_seen *seen) {
    struct routing *routing = owner;
    routing->seen = *seen;
    routing->answers++;
}

static enum router_outcome route_to(
    struct router *router, struct routing *routing, struct router_intent intent) {
    routing->answers = 0;
    httproute_router.set(router, &intent, on_routed, routing);
    cluster_ground_until(&ground, &routing->answers, 1);
    return routing->done.outcome;
}

static bool add_route(void) {
    static const char json[] =
        "{\"kind\":\"HTTPRoute\",\"apiVersion\":\"gateway.networking.k8s.io/v1\","
        "\"metadata\":{\"name\":\"agent\"},\"spec\":{\"parentRefs\":[{\"name\":"
        "\"nobody\"}],\"rules\":[{\"backendRefs\":[{\"name\":\"agent-stable\",\"port\":"
        "80,\"weight\":100},{\"name\":\"agent-canary\",\"port\":80,\"weight\":0}]}]}}";
    const struct ground_call call = {
        "POST", GATEWAY, "httproutes", "application/json", json};
    return cluster_ground_call(&ground, &call) == 201;
}

static void a_route_is_divided_and_goes_back(void **state) {
    (void)state;
    static struct target target;
    struct routing routing = {0};
    struct error err = {0};
    if (!add_route()) {
        print_message("  this cluster has no Gateway API: no route is divided\n");
        skip();
    }
    target_init(&target);
    struct target_kubernetes *to = &target.kubernetes;
    text_copy_cut(to->stable, sizeof to->stable, "agent-stable");
    text_copy_cut(to->canary, sizeof to->canary, "agent-canary");
    text_copy_cut(to->route, sizeof to->route, "agent");
    to->settle_ns = NS_PER_S;
    const struct router_options options = {ground.loop, &target, ground.kubernetes};
    struct router *router = httproute_router.start(&options, &err);
    assert_non_null(router);
    /* Without a gateway it is written all the same, and nobody says that it holds. */
    enum router_outcome outcome = route_to(
        router, &routing, (struct router_intent){.epoch = 7, .weight_bp = 2500});
    assert_true(outcome == ROUTER_DONE || outcome == ROUTER_UNKNOWN);
    routing.answers = 0;
    httproute_router.look(router, on_seen, &routing);
    cluster_ground_until(&ground, &routing.answers, 1);
    assert_true(routing.seen.known);
    assert_int_equal(routing.seen.weight_bp, 2500);
    assert_int_equal(routing.seen.epoch, 7);
    outcome = route_to(
        router, &routing,
        (struct router_intent){.epoch = 6, .before_bp = 2500, .weight_bp = 5000});
    assert_int_equal(outcome, ROUTER_CONFLICT);
    outcome =
        route_to(router, &routing, (struct router_intent){.epoch = 8, .back = true});
    assert_true(outcome == ROUTER_DONE || outcome == ROUTER_UNKNOWN);
    httproute_router.free(router);
    assert_string_equal(
        cluster_ground_value(
            &ground, GATEWAY, "httproutes/agent",
            "$.spec.rules[0].backendRefs[1].weight"),
        "0");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_there_under_its_epoch),
        cmocka_unit_test(what_somebody_has_changed_is_a_conflict),
        cmocka_unit_test(a_stale_epoch_is_reported_and_writes_nothing),
        cmocka_unit_test(a_write_that_comes_too_late_gets_422),
        cmocka_unit_test(what_is_not_there_is_said),
        cmocka_unit_test(our_rights_are_known),
        cmocka_unit_test(one_holds_the_lease_until_it_is_taken_over),
        cmocka_unit_test(a_board_is_made_written_and_fenced),
        cmocka_unit_test(pods_are_listed_again_and_again),
        cmocka_unit_test(a_route_is_divided_and_goes_back),
    };
    const char *own = getenv("KUBECONFIG");
    int failed = cmocka_run_group_tests_name(
        "the API server for tests, by its socket", tests, open_socket, close_ground);
    if (!kubernetes_stage_has_kubectl()) {
        print_message("kubectl is not here: no cluster is asked\n");
        return failed;
    }
    if (!own || !*own) {
        print_message("KUBECONFIG names no cluster: the API server for tests stands in "
                      "for it, by kubectl\n");
    }
    return failed + cmocka_run_group_tests_name(
                        "the cluster of KUBECONFIG, by kubectl", tests, open_kubectl,
                        close_ground);
}
