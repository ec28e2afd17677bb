/* What of a rollout stands on a cluster: its Lease,
 * its board, the pods that it follows and its route. */
/* SPDX-License-Identifier: MIT */
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
#include "control/pod_watch.h"
#include "control/publisher.h"
#include "control/router.h"
#include "io/loop.h"
#include "support/cluster_suite.h"

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

static void take(
    struct cluster_ground *ground, struct party *party, const char *holder,
    bool force) {
    static const struct lease_handlers handlers = {on_held, on_lost, on_released};
    const struct lease_wish wish = {
        .kubernetes = ground->kubernetes,
        .name = "flightdeck-agent",
        .holder = holder,
        .duration_s = 3,
        .epoch = 1,
        .force = force,
    };
    *party = (struct party){0};
    party->lease = kubernetes_lease_take(ground->loop, &wish, &handlers, party);
}

static void one_holds_the_lease_until_it_is_taken_over(void **state) {
    struct cluster_ground *ground = *state;
    struct party alice, bob, carol;
    take(ground, &alice, "alice@a", false);
    cluster_ground_until(ground, &alice.held, 1);
    take(ground, &bob, "bob@b", false);
    cluster_ground_until(ground, &bob.lost, 1);
    assert_non_null(strstr(bob.words, "alice@a holds the Lease"));
    take(ground, &carol, "carol@c", true);
    cluster_ground_until(ground, &carol.held, 1);
    assert_true(carol.epoch > alice.epoch);
    cluster_ground_until(ground, &alice.lost, 1);
    assert_non_null(strstr(alice.words, "carol@c holds the Lease"));
    kubernetes_lease_release(carol.lease);
    cluster_ground_until(ground, &carol.released, 1);
    assert_string_equal(
        cluster_ground_value(
            ground, "/apis/coordination.k8s.io/v1", "leases/flightdeck-agent",
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

static void publish(
    struct loop *loop, struct publisher *publisher, uint64_t epoch, const char *words) {
    const struct rollout_status status = {.known = true, .ended = true};
    publisher_publish(publisher, &status, slice_of(words), epoch);
    while (!publisher_is_idle(publisher)) {
        loop_after(loop, 5 * NS_PER_MS, on_moment, loop);
        loop_run(loop);
    }
}

static const char *on_board(struct cluster_ground *ground, const char *value_path) {
    return cluster_ground_value(ground, CORE, "configmaps/board", value_path);
}

static void a_board_is_made_written_and_fenced(void **state) {
    struct cluster_ground *ground = *state;
    static struct target target;
    struct press press = {0};
    target_init(&target);
    text_copy_cut(target.name, sizeof target.name, "test");
    text_copy_cut(target.publish.configmap, sizeof target.publish.configmap, "board");
    const struct publisher_options options = {
        ground->loop, &target, ground->kubernetes, on_trouble, &press};
    struct publisher *publisher = publisher_new(&options);
    publish(ground->loop, publisher, 7, "one");
    assert_string_equal(on_board(ground, "$.binaryData.envelope"), "b25l");
    publish(ground->loop, publisher, 8, "two");
    assert_string_equal(on_board(ground, "$.binaryData.envelope"), "dHdv");
    assert_string_equal(on_board(ground, EPOCH), "8");
    assert_int_equal(press.troubles, 0);
    publish(ground->loop, publisher, 7, "six");
    assert_int_equal(press.troubles, 1);
    assert_non_null(strstr(press.words, "the epoch is 8, not 7"));
    assert_string_equal(on_board(ground, "$.binaryData.envelope"), "dHdv");
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

static void on_pods_trouble(void *owner, enum track track, const struct error *why) {
    (void)track;
    ((struct follower *)owner)->troubles++;
    print_message("  %s\n", why ? why->message : "they are listed again");
}

static void pods_are_listed_again_and_again(void **state) {
    struct cluster_ground *ground = *state;
    static const struct pod_watch_handlers handlers = {on_pods, on_pods_trouble};
    struct follower follower = {0};
    cluster_suite_add_deployment(ground, "followed", 2);
    const struct target_pods pods = {"followed", 8000};
    const struct pod_watch_options options = {
        .loop = ground->loop,
        .kubernetes = ground->kubernetes,
        .pods = &pods,
        .handlers = &handlers,
        .owner = &follower,
    };
    struct pod_watch *watch = pod_watch_new(&options);
    cluster_ground_until(ground, &follower.lists, 3);
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
    struct cluster_ground *ground, struct router *router, struct routing *routing,
    struct router_intent intent) {
    routing->answers = 0;
    httproute_router.set(router, &intent, on_routed, routing);
    cluster_ground_until(ground, &routing->answers, 1);
    return routing->done.outcome;
}

static bool add_route(struct cluster_ground *ground) {
    static const char json[] =
        "{\"kind\":\"HTTPRoute\",\"apiVersion\":\"gateway.networking.k8s.io/v1\","
        "\"metadata\":{\"name\":\"agent\"},\"spec\":{\"parentRefs\":[{\"name\":"
        "\"nobody\"}],\"rules\":[{\"backendRefs\":[{\"name\":\"agent-stable\",\"port\":"
        "80,\"weight\":100},{\"name\":\"agent-canary\",\"port\":80,\"weight\":0}]}]}}";
    const struct ground_call call = {
        "POST", GATEWAY, "httproutes", "application/json", json};
    return cluster_ground_call(ground, &call) == 201;
}

static void a_route_is_divided_and_goes_back(void **state) {
    struct cluster_ground *ground = *state;
    static struct target target;
    struct routing routing = {0};
    struct error err = {0};
    if (!add_route(ground)) {
        print_message("  this cluster has no Gateway API: no route is divided\n");
        skip();
    }
    target_init(&target);
    struct target_kubernetes *to = &target.kubernetes;
    text_copy_cut(to->stable, sizeof to->stable, "agent-stable");
    text_copy_cut(to->canary, sizeof to->canary, "agent-canary");
    text_copy_cut(to->route, sizeof to->route, "agent");
    to->settle_ns = NS_PER_S;
    const struct router_options options = {ground->loop, &target, ground->kubernetes};
    struct router *router = httproute_router.start(&options, &err);
    assert_non_null(router);
    /* Without a gateway it is written all the same, and nobody says that it holds. */
    enum router_outcome outcome = route_to(
        ground, router, &routing,
        (struct router_intent){.epoch = 7, .weight_bp = 2500});
    assert_true(outcome == ROUTER_DONE || outcome == ROUTER_UNKNOWN);
    routing.answers = 0;
    httproute_router.look(router, on_seen, &routing);
    cluster_ground_until(ground, &routing.answers, 1);
    assert_true(routing.seen.known);
    assert_int_equal(routing.seen.weight_bp, 2500);
    assert_int_equal(routing.seen.epoch, 7);
    outcome = route_to(
        ground, router, &routing,
        (struct router_intent){.epoch = 6, .before_bp = 2500, .weight_bp = 5000});
    assert_int_equal(outcome, ROUTER_CONFLICT);
    outcome = route_to(
        ground, router, &routing, (struct router_intent){.epoch = 8, .back = true});
    assert_true(outcome == ROUTER_DONE || outcome == ROUTER_UNKNOWN);
    httproute_router.free(router);
    assert_string_equal(
        cluster_ground_value(
            ground, GATEWAY, "httproutes/agent",
            "$.spec.rules[0].backendRefs[1].weight"),
        "0");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_holds_the_lease_until_it_is_taken_over),
        cmocka_unit_test(a_board_is_made_written_and_fenced),
        cmocka_unit_test(pods_are_listed_again_and_again),
        cmocka_unit_test(a_route_is_divided_and_goes_back),
    };
    return cluster_suite_run(tests, sizeof tests / sizeof *tests);
}
