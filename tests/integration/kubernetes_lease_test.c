/* SPDX-License-Identifier: MIT */
#include "control/kubernetes_lease.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/kubernetes_stage.h"

/* As long as a busy machine needs, and no longer: it is renewed three times in it. */
enum { LEASE_S = 6 };

/* Somebody who wants the Lease. */
struct party {
    struct kubernetes_lease *lease;
    unsigned held, lost, released;
    char words[ERROR_MESSAGE_SIZE];
};

struct scene {
    struct kubernetes_stage stage;
    struct party alice, bob;
};

static int open_scene(void **state) {
    struct scene *scene = memory_new(sizeof *scene);
    kubernetes_stage_init(&scene->stage, false);
    *state = scene;
    return 0;
}

static void give_up(struct party *party) {
    kubernetes_lease_free(party->lease);
    party->lease = NULL;
}

static int close_scene(void **state) {
    struct scene *scene = *state;
    give_up(&scene->alice);
    give_up(&scene->bob);
    kubernetes_stage_clear(&scene->stage);
    free(scene);
    return 0;
}

static void on_held(void *owner, uint64_t epoch) {
    (void)epoch;
    ((struct party *)owner)->held++;
}

static void on_lost(void *owner, const struct error *why) {
    struct party *party = owner;
    party->lost++;
    text_copy_cut(party->words, sizeof party->words, why->message);
}

static void on_released(void *owner) {
    ((struct party *)owner)->released++;
}

static const struct lease_handlers handlers = {
    .on_held = on_held, .on_lost = on_lost, .on_released = on_released};

static void begin(struct scene *scene, struct party *party, bool force) {
    const struct lease_wish wish = {
        .kubernetes = scene->stage.kubernetes,
        .name = "flightdeck-agent",
        .holder = party == &scene->alice ? "alice@ops1" : "bob@ops2",
        .duration_s = LEASE_S,
        .epoch = 7,
        .force = force,
    };
    party->lease = kubernetes_lease_take(scene->stage.loop, &wish, &handlers, party);
    assert_non_null(party->lease);
}

static void take(struct scene *scene, struct party *party, bool force) {
    begin(scene, party, force);
    kubernetes_stage_until(&scene->stage, &party->held, 1);
}

static void expect_loss(struct scene *scene, struct party *party, const char *words) {
    kubernetes_stage_until(&scene->stage, &party->lost, 1);
    assert_non_null(strstr(party->words, words));
}

static const char *field(struct scene *scene, const char *pointer) {
    return kubernetes_stage_string(
        &scene->stage, "leases", "flightdeck-agent", pointer);
}

/* Until it is written once more. */
static void await_renewal(struct scene *scene) {
    char before[LEASE_TIME_SIZE];
    assert_true(text_copy(before, sizeof before, field(scene, "/spec/renewTime")));
    uint64_t start_ns = loop_clock_ns();
    while (strcmp(field(scene, "/spec/renewTime"), before) == 0) {
        assert_true(loop_clock_ns() - start_ns < 2 * NS_PER_S * LEASE_S);
        kubernetes_stage_run(&scene->stage, 5);
    }
}

static void one_takes_it_and_the_other_is_told_who(void **state) {
    struct scene *scene = *state;
    struct party *alice = &scene->alice, *bob = &scene->bob;
    begin(scene, alice, false);
    begin(scene, bob, false);
    while (alice->held + bob->held == 0 || alice->lost + bob->lost == 0) {
        kubernetes_stage_run(&scene->stage, 2);
    }
    struct party *winner = alice->held ? alice : bob;
    struct party *loser = alice->held ? bob : alice;
    assert_int_equal(winner->held, 1);
    assert_int_equal(winner->lost, 0);
    assert_int_equal(loser->held, 0);
    expect_loss(scene, loser, winner == alice ? "alice@ops1 holds" : "bob@ops2 holds");
}

static void it_is_renewed_and_given_back(void **state) {
    struct scene *scene = *state;
    take(scene, &scene->alice, false);
    assert_string_equal(
        field(scene, "/metadata/annotations/flightdeck.dev~1epoch"), "7");
    await_renewal(scene);
    kubernetes_lease_release(scene->alice.lease);
    kubernetes_stage_until(&scene->stage, &scene->alice.released, 1);
    assert_string_equal(field(scene, "/spec/holderIdentity"), "");
    take(scene, &scene->bob, false);
    assert_int_equal(
        kubernetes_stage_int(
            &scene->stage, "leases", "flightdeck-agent", "/spec/leaseTransitions"),
        1);
    assert_int_equal(scene->alice.lost, 0);
}

static void a_takeover_is_noticed_by_whoever_had_it(void **state) {
    struct scene *scene = *state;
    take(scene, &scene->alice, false);
    take(scene, &scene->bob, true);
    expect_loss(scene, &scene->alice, "bob@ops2 holds");
    assert_int_equal(scene->bob.lost, 0);
}

static void one_that_ran_out_long_ago_is_free(void **state) {
    struct scene *scene = *state;
    take(scene, &scene->alice, false);
    give_up(&scene->alice);
    kubernetes_stage_set(
        &scene->stage, "leases", "flightdeck-agent", "/spec/renewTime",
        "\"2020-01-01T00:00:00.000000Z\"");
    take(scene, &scene->bob, false);
}

static void answers_that_are_lost_do_not_lose_it(void **state) {
    struct scene *scene = *state;
    kubernetes_peer_fault(scene->stage.peer, FAULT_LOST, "POST", 1, 0);
    take(scene, &scene->alice, false);
    kubernetes_peer_fault(scene->stage.peer, FAULT_LOST, "PUT", 1, 0);
    await_renewal(scene); /* whose answer is lost */
    await_renewal(scene);
    assert_int_equal(scene->alice.lost, 0);
}

static void without_renewals_it_counts_as_lost_before_it_runs_out(void **state) {
    struct scene *scene = *state;
    take(scene, &scene->alice, false);
    uint64_t gone_ns = loop_clock_ns();
    kubernetes_peer_go_away(scene->stage.peer);
    expect_loss(scene, &scene->alice, "could not be renewed in time");
    assert_true(loop_clock_ns() - gone_ns < LEASE_S * NS_PER_S);
}

static void who_may_not_is_told_at_once(void **state) {
    struct scene *scene = *state;
    kubernetes_api_deny(kubernetes_peer_api(scene->stage.peer), "create", "leases", "");
    begin(scene, &scene->alice, false);
    expect_loss(scene, &scene->alice, "403 Forbidden");
}

#define ON_SCENE(test) cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void) {
    const struct CMUnitTest tests[] = {
        ON_SCENE(one_takes_it_and_the_other_is_told_who),
        ON_SCENE(it_is_renewed_and_given_back),
        ON_SCENE(a_takeover_is_noticed_by_whoever_had_it),
        ON_SCENE(one_that_ran_out_long_ago_is_free),
        ON_SCENE(answers_that_are_lost_do_not_lose_it),
        ON_SCENE(without_renewals_it_counts_as_lost_before_it_runs_out),
        ON_SCENE(who_may_not_is_told_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
