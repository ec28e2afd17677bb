/* SPDX-License-Identifier: MIT */
#include "control/kubernetes_lease.h"

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
#include "support/router_scene.h"

enum { SHORT_S = 1 };

/* Somebody who wants the Lease. */
struct party {
    struct kubernetes_lease *lease;
    unsigned held, lost, released;
    char words[ERROR_MESSAGE_SIZE];
};

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

static void take(
    struct kubernetes_stage *stage, struct party *party, const char *holder,
    bool force) {
    const struct lease_wish wish = {
        .kubernetes = stage->kubernetes,
        .name = "flightdeck-agent",
        .holder = holder,
        .duration_s = SHORT_S,
        .epoch = 7,
        .force = force,
    };
    *party = (struct party){0};
    party->lease = kubernetes_lease_take(stage->loop, &wish, &handlers, party);
    assert_non_null(party->lease);
}

static void give_up(struct party *party) {
    kubernetes_lease_free(party->lease);
    party->lease = NULL;
}

static const char *field(struct kubernetes_stage *stage, const char *pointer) {
    return kubernetes_stage_string(stage, "leases", "flightdeck-agent", pointer);
}

static void one_takes_it_and_the_other_is_told_who(void **state) {
    (void)state;
    struct kubernetes_stage stage;
    struct party alice, bob;
    kubernetes_stage_init(&stage, false);
    take(&stage, &alice, "alice@ops1", false);
    take(&stage, &bob, "bob@ops2", false);
    while (alice.held + bob.held == 0 || alice.lost + bob.lost == 0) {
        kubernetes_stage_run(&stage, 2);
    }
    struct party *winner = alice.held ? &alice : &bob;
    struct party *loser = alice.held ? &bob : &alice;
    assert_int_equal(winner->held, 1);
    assert_int_equal(winner->lost, 0);
    assert_int_equal(loser->held, 0);
    assert_non_null(
        strstr(loser->words, alice.held ? "alice@ops1 holds" : "bob@ops2 holds"));
    give_up(&alice);
    give_up(&bob);
    kubernetes_stage_clear(&stage);
}

static void it_is_renewed_and_given_back(void **state) {
    (void)state;
    struct kubernetes_stage stage;
    struct party alice, bob;
    char first[LEASE_TIME_SIZE];
    kubernetes_stage_init(&stage, false);
    take(&stage, &alice, "alice@ops1", false);
    kubernetes_stage_until(&stage, &alice.held, 1);
    assert_string_equal(
        field(&stage, "/metadata/annotations/flightdeck.dev~1epoch"), "7");
    assert_true(text_copy(first, sizeof first, field(&stage, "/spec/renewTime")));
    while (strcmp(field(&stage, "/spec/renewTime"), first) == 0) {
        kubernetes_stage_run(&stage, 5);
    }
    kubernetes_lease_release(alice.lease);
    kubernetes_stage_until(&stage, &alice.released, 1);
    assert_string_equal(field(&stage, "/spec/holderIdentity"), "");
    take(&stage, &bob, "bob@ops2", false);
    kubernetes_stage_until(&stage, &bob.held, 1);
    assert_int_equal(
        kubernetes_stage_int(
            &stage, "leases", "flightdeck-agent", "/spec/leaseTransitions"),
        1);
    assert_int_equal(alice.lost, 0);
    give_up(&alice);
    give_up(&bob);
    kubernetes_stage_clear(&stage);
}

static void a_takeover_is_noticed_by_whoever_had_it(void **state) {
    (void)state;
    struct kubernetes_stage stage;
    struct party alice, bob;
    kubernetes_stage_init(&stage, false);
    take(&stage, &alice, "alice@ops1", false);
    kubernetes_stage_until(&stage, &alice.held, 1);
    take(&stage, &bob, "bob@ops2", true);
    kubernetes_stage_until(&stage, &bob.held, 1);
    kubernetes_stage_until(&stage, &alice.lost, 1);
    assert_non_null(strstr(alice.words, "bob@ops2 holds"));
    assert_int_equal(bob.lost, 0);
    give_up(&alice);
    give_up(&bob);
    kubernetes_stage_clear(&stage);
}

static void one_that_ran_out_long_ago_is_free(void **state) {
    (void)state;
    struct kubernetes_stage stage;
    struct party alice, bob;
    kubernetes_stage_init(&stage, false);
    take(&stage, &alice, "alice@ops1", false);
    kubernetes_stage_until(&stage, &alice.held, 1);
    give_up(&alice);
    kubernetes_stage_set(
        &stage, "leases", "flightdeck-agent", "/spec/renewTime",
        "\"2020-01-01T00:00:00.000000Z\"");
    take(&stage, &bob, "bob@ops2", false);
    kubernetes_stage_until(&stage, &bob.held, 1);
    give_up(&bob);
    kubernetes_stage_clear(&stage);
}

static void answers_that_are_lost_do_not_lose_it(void **state) {
    (void)state;
    struct kubernetes_stage stage;
    struct party alice;
    kubernetes_stage_init(&stage, false);
    kubernetes_peer_fault(stage.peer, FAULT_LOST, "POST", 1, 0);
    take(&stage, &alice, "alice@ops1", false);
    kubernetes_stage_until(&stage, &alice.held, 1);
    kubernetes_peer_fault(stage.peer, FAULT_LOST, "PUT", 1, 0);
    kubernetes_stage_run(&stage, 1500);
    assert_int_equal(alice.lost, 0);
    give_up(&alice);
    kubernetes_stage_clear(&stage);
}

static void without_renewals_it_counts_as_lost_before_it_runs_out(void **state) {
    (void)state;
    struct kubernetes_stage stage;
    struct party alice;
    kubernetes_stage_init(&stage, false);
    take(&stage, &alice, "alice@ops1", false);
    kubernetes_stage_until(&stage, &alice.held, 1);
    uint64_t gone_ns = loop_clock_ns();
    kubernetes_peer_go_away(stage.peer);
    kubernetes_stage_until(&stage, &alice.lost, 1);
    assert_non_null(strstr(alice.words, "could not be renewed in time"));
    assert_true(loop_clock_ns() - gone_ns < 3 * NS_PER_S);
    give_up(&alice);
    kubernetes_stage_clear(&stage);
}

static void who_may_not_is_told_at_once(void **state) {
    (void)state;
    struct kubernetes_stage stage;
    struct party alice;
    kubernetes_stage_init(&stage, false);
    kubernetes_api_deny(kubernetes_peer_api(stage.peer), "create", "leases", "");
    take(&stage, &alice, "alice@ops1", false);
    kubernetes_stage_until(&stage, &alice.lost, 1);
    assert_non_null(strstr(alice.words, "403 Forbidden"));
    give_up(&alice);
    kubernetes_stage_clear(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_takes_it_and_the_other_is_told_who),
        cmocka_unit_test(it_is_renewed_and_given_back),
        cmocka_unit_test(a_takeover_is_noticed_by_whoever_had_it),
        cmocka_unit_test(one_that_ran_out_long_ago_is_free),
        cmocka_unit_test(answers_that_are_lost_do_not_lose_it),
        cmocka_unit_test(without_renewals_it_counts_as_lost_before_it_runs_out),
        cmocka_unit_test(who_may_not_is_told_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
