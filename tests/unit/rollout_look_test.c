/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "core/rollout.h"
#include "support/rollout_play.h"

static void nobodys_weight_is_overwritten(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_raising(&play);
    play_set(&play, ROLLOUT_SET_CONFLICT);
    play_expect_hold(&play, ROLLOUT_HELD_DRIFT);

    play_begin_watching(&play);
    play_read(&play, 1234);
    play_expect_hold(&play, ROLLOUT_HELD_DRIFT);
    assert_non_null(strstr(play.rollout.reason, "somebody else"));
    assert_false(rollout_keeps_weight(&play.rollout, play.now_ns));
    play_see(&play, &play_safe);
    play_expect_hold(&play, ROLLOUT_HELD_DRIFT);
    assert_false(play_order_as(&play, "ann", ROLLOUT_ORDER_PROMOTE, true));
    /* An operator who has seen it goes on from there. */
    assert_true(play_order(&play, ROLLOUT_ORDER_RESUME));
    play_expect(&play, ROLLOUT_RAISING);
    assert_int_equal(play.effect.weight_bp, 500);
    assert_int_equal(play.effect.before_bp, 1234);
}

/* What the router says before the first weight is for the preflight, not for a hold. */
static void a_hold_before_the_first_weight_is_no_drift(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin(&play);
    assert_true(play_order(&play, ROLLOUT_ORDER_HOLD));
    play_read(&play, 1000);
    play_expect_hold(&play, ROLLOUT_HELD_PERSON);
    assert_true(play_order(&play, ROLLOUT_ORDER_RESUME));
    play_expect(&play, ROLLOUT_PREFLIGHT);
    assert_int_equal(play.effect.op, ROLLOUT_DO_CHECK);
}

static void a_router_that_was_restarted_stays_at_0(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play_read(&play, 0);
    play_expect_hold(&play, ROLLOUT_HELD_DRIFT);
    assert_non_null(strstr(play.rollout.reason, "restarted"));
    assert_false(rollout_keeps_weight(&play.rollout, play.now_ns));
}

static void harm_takes_it_back(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play_see(&play, &play_harmed);
    assert_int_equal(play.effect.before_bp, 500);
    assert_false(rollout_keeps_weight(&play.rollout, play.now_ns));
    play_expect_back(&play);
    assert_string_equal(play.rollout.reason, "3 of 3 failed");
}

static void harm_takes_it_back_from_a_hold(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    assert_true(play_order_as(&play, "bob", ROLLOUT_ORDER_HOLD, false));
    play_expect_hold(&play, ROLLOUT_HELD_PERSON);
    play_see(&play, &play_harmed);
    play_expect_back(&play);
}

/* Users are there all the while, at the weight before. */
static void harm_takes_it_back_from_a_raise(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_second_raise(&play);
    play_see(&play, &play_blind);
    play_expect(&play, ROLLOUT_RAISING);
    play_see(&play, &play_harmed);
    play_expect_back(&play);
}

static void a_canary_that_is_gone_needs_no_statistics(void **state) {
    static const struct rollout_sight gone = {.canary_gone = true, .words = "crashed"};
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play_see(&play, &gone);
    play_expect_back(&play);
    play_begin_raising(&play);
    play_see(&play, &gone);
    play_expect_back(&play);
    play_be_done(&play);
    play_see(&play, &gone);
    play_expect_back(&play);
}

static void time_without_evidence_is_inconclusive(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    for (unsigned s = 0; s < 59; s++) {
        play.now_ns += NS_PER_S;
        play_see(&play, &play_good);
        play_expect(&play, ROLLOUT_WATCHING);
    }
    play.now_ns += NS_PER_S;
    play_see(&play, &play_good);
    play_expect_hold(&play, ROLLOUT_HELD_TIME);
    assert_int_equal(play.rollout.wanted_bp, 500);
    assert_true(rollout_keeps_weight(&play.rollout, play.now_ns));
    assert_true(play_order(&play, ROLLOUT_ORDER_RESUME)); /* the same time again */
    play_see(&play, &play_good);
    play_expect(&play, ROLLOUT_WATCHING);
}

static void the_clock_stands_still_without_data(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play.now_ns += 9 * NS_PER_S;
    play_see(&play, &play_safe);
    for (unsigned s = 0; s < 100; s++) {
        play.now_ns += NS_PER_S;
        play_see(&play, &play_blind);
        play_expect_hold(&play, ROLLOUT_HELD_BLIND);
        assert_true(rollout_keeps_weight(&play.rollout, play.now_ns));
    }
    play_see(&play, &play_safe);
    play_expect(&play, ROLLOUT_WATCHING);
    play_see(&play, &play_safe);
    play_expect(&play, ROLLOUT_WATCHING);
    play.now_ns += NS_PER_S;
    play_see(&play, &play_safe);
    play_expect(&play, ROLLOUT_RAISING);
}

static void who_is_blind_for_long_asks_a_person(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play_see(&play, &play_blind);
    play.now_ns += play_plan.blind_max_ns;
    play_see(&play, &play_blind);
    play_see(&play, &play_safe);
    play_expect_hold(&play, ROLLOUT_HELD_BLIND);
    assert_true(play_order(&play, ROLLOUT_ORDER_RESUME));
    play_see(&play, &play_safe);
    play_expect(&play, ROLLOUT_WATCHING);
}

/* A person is asked for the way on. */
static void harm_that_is_seen_after_a_long_blindness_takes_it_back(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play_see(&play, &play_blind);
    play.now_ns += play_plan.blind_max_ns;
    play_see(&play, &play_blind);
    play_see(&play, &play_good);
    play_expect_hold(&play, ROLLOUT_HELD_BLIND);
    play_see(&play, &play_harmed);
    play_expect_back(&play);
}

static void who_is_blind_for_long_goes_back_from_what_is_not_ready(void **state) {
    static const struct rollout_sight dark = {.words = "nothing answers"};
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play_see(&play, &dark);
    play.now_ns += play_plan.blind_max_ns - 1;
    play_see(&play, &dark);
    play_expect_hold(&play, ROLLOUT_HELD_BLIND);
    play.now_ns += 1;
    play_see(&play, &dark);
    play_expect_back(&play);
}

static void a_broken_split_is_seen_through_first(void **state) {
    struct rollout_sight split = play_harmed;
    struct rollout_play play;
    (void)state;
    split.split_broken = true;
    play_begin_watching(&play);
    play_see(&play, &split);
    play_expect_hold(&play, ROLLOUT_HELD_SPLIT);
    play_see(&play, &split);
    play_expect_hold(&play, ROLLOUT_HELD_SPLIT);
    assert_false(play_order_as(&play, "ann", ROLLOUT_ORDER_PROMOTE, true));
    play.now_ns += 5 * NS_PER_S;
    assert_true(play_order(&play, ROLLOUT_ORDER_RESUME));
    play_expect(&play, ROLLOUT_WATCHING);
    assert_int_equal(play.rollout.fresh_since_ns, play.now_ns);
}

static void nothing_is_promoted_while_stable_is_unwell(void **state) {
    struct rollout_sight around = play_safe;
    struct rollout_play play;
    (void)state;
    around.stable_unwell = true;
    play_begin_watching(&play);
    play.now_ns += play_plan.hold_each_ns;
    play_see(&play, &around);
    play_expect_hold(&play, ROLLOUT_HELD_AROUND);
    play_see(&play, &play_safe);
    play_expect(&play, ROLLOUT_WATCHING);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobodys_weight_is_overwritten),
        cmocka_unit_test(a_hold_before_the_first_weight_is_no_drift),
        cmocka_unit_test(a_router_that_was_restarted_stays_at_0),
        cmocka_unit_test(harm_takes_it_back),
        cmocka_unit_test(harm_takes_it_back_from_a_hold),
        cmocka_unit_test(harm_takes_it_back_from_a_raise),
        cmocka_unit_test(a_canary_that_is_gone_needs_no_statistics),
        cmocka_unit_test(time_without_evidence_is_inconclusive),
        cmocka_unit_test(the_clock_stands_still_without_data),
        cmocka_unit_test(who_is_blind_for_long_asks_a_person),
        cmocka_unit_test(harm_that_is_seen_after_a_long_blindness_takes_it_back),
        cmocka_unit_test(who_is_blind_for_long_goes_back_from_what_is_not_ready),
        cmocka_unit_test(a_broken_split_is_seen_through_first),
        cmocka_unit_test(nothing_is_promoted_while_stable_is_unwell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
