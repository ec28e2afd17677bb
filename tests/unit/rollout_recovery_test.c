/* SPDX-License-Identifier: MIT */
#include "core/rollout_recovery.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "core/rollout_end.h"
#include "support/rollout_play.h"

static void recover(
    struct rollout_play *play, uint64_t gap_ns, uint32_t weight_bp,
    enum rollout_op open) {
    const struct rollout_recovery recovery = {
        .open = open, .gap_ns = gap_ns, .lease_ns = 5 * NS_PER_S};
    const struct rollout_reading reading = {.known = true, .weight_bp = weight_bp};
    if (gap_ns != ROLLOUT_GAP_UNKNOWN) play->now_ns += gap_ns;
    play->effect =
        rollout_on_recovered(&play->rollout, &recovery, &reading, play->now_ns);
}

static void a_short_gap_goes_on_with_a_fresh_window(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play.now_ns += play_plan.hold_each_ns - 1;
    play_see(&play, &play_safe);
    recover(&play, 2 * NS_PER_S, 500, ROLLOUT_DO_NOTHING);
    play_expect(&play, ROLLOUT_WATCHING);
    assert_int_equal(play.rollout.fresh_since_ns, play.now_ns);
    play.now_ns += play_plan.hold_each_ns - 1;
    play_see(&play, &play_safe);
    play_expect(&play, ROLLOUT_WATCHING);
    play.now_ns += 1;
    play_see(&play, &play_safe);
    play_expect(&play, ROLLOUT_RAISING);
}

static void a_lease_that_ran_out_waits_at_0(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    recover(&play, 192 * NS_PER_S, 0, ROLLOUT_DO_NOTHING);
    play_expect_hold(&play, ROLLOUT_HELD_CRASH);
    assert_non_null(strstr(play.rollout.reason, "away for 3m12s"));
    assert_non_null(strstr(play.rollout.reason, "returned to stable"));
    play_see(&play, &play_safe);
    play_expect_hold(&play, ROLLOUT_HELD_CRASH);
    assert_false(play_order_as(&play, "ann", ROLLOUT_ORDER_PROMOTE, true));
    assert_true(play_order(&play, ROLLOUT_ORDER_RESUME));
    play_expect(&play, ROLLOUT_RAISING);
    assert_int_equal(play.effect.weight_bp, 500);
    assert_int_equal(play.effect.before_bp, 0);
}

/* It may have been a rollback that no disk took. */
static void a_0_that_nobody_wrote_down_begins_anew(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play_climb(&play);
    assert_int_equal(play.rollout.step, 1);
    const struct rollout_recovery recovery = {
        .gap_ns = NS_PER_S, .lease_ns = 5 * NS_PER_S, .is_zeroed = true};
    const struct rollout_reading reading = {.known = true};
    play.effect = rollout_on_recovered(&play.rollout, &recovery, &reading, play.now_ns);
    play_expect_hold(&play, ROLLOUT_HELD_CRASH);
    assert_int_equal(play.effect.op, ROLLOUT_DO_NOTHING);
    assert_non_null(strstr(play.rollout.reason, "a 0 that nobody wrote down"));
    play_see(&play, &play_safe);
    play_expect_hold(&play, ROLLOUT_HELD_CRASH);
    assert_true(play_order(&play, ROLLOUT_ORDER_RESUME));
    assert_int_equal(play.effect.weight_bp, 500);
    assert_int_equal(play.effect.before_bp, 0);
}

static void anything_else_is_somebody_elses(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    recover(&play, NS_PER_S, 700, ROLLOUT_DO_NOTHING);
    play_expect_hold(&play, ROLLOUT_HELD_DRIFT);
    play_begin_watching(&play); /* nobody of us kept it for so long */
    recover(&play, 60 * NS_PER_S, 500, ROLLOUT_DO_NOTHING);
    play_expect_hold(&play, ROLLOUT_HELD_DRIFT);
}

/* Ann has said that it may be replaced,
 * and the controller died before that was done. */
static void what_is_about_to_be_replaced_is_not_kept_alive(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    assert_true(rollout_may_keep(&play.rollout, 500));
    play_read(&play, 7320);
    play_expect_hold(&play, ROLLOUT_HELD_DRIFT);
    assert_false(rollout_may_keep(&play.rollout, 7320));
    play_see(&play, &play_good);
    assert_true(play_order(&play, ROLLOUT_ORDER_RESUME));
    play_expect(&play, ROLLOUT_RAISING);
    recover(&play, NS_PER_S, 7320, ROLLOUT_DO_WEIGHT);
    play_expect(&play, ROLLOUT_RAISING);
    assert_int_equal(play.effect.weight_bp, 500);
    assert_false(rollout_may_keep(&play.rollout, 7320));
}

static void an_open_raise_is_finished_or_not_begun(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play.now_ns += play_plan.hold_each_ns;
    play_see(&play, &play_safe);
    struct rollout_play copy = play;
    recover(&copy, NS_PER_S, 2500, ROLLOUT_DO_WEIGHT);
    play_expect(&copy, ROLLOUT_WATCHING);
    assert_int_equal(copy.rollout.step, 1);
    copy = play;
    recover(&copy, NS_PER_S, 500, ROLLOUT_DO_WEIGHT);
    play_expect(&copy, ROLLOUT_WATCHING); /* nobody has seen anything since */
    assert_int_equal(copy.rollout.step, 0);
    assert_int_equal(copy.rollout.wanted_bp, 500);
    play_see(&copy, &play_safe);
    play_expect(&copy, ROLLOUT_WATCHING);
    copy.now_ns += play_plan.hold_each_ns;
    play_see(&copy, &play_safe);
    play_expect(&copy, ROLLOUT_RAISING);
    assert_int_equal(copy.effect.weight_bp, 2500);
    assert_int_equal(copy.effect.before_bp, 500);
    copy = play;
    recover(&copy, 20 * NS_PER_S, 0, ROLLOUT_DO_WEIGHT);
    play_expect_hold(&copy, ROLLOUT_HELD_CRASH);
}

/* Nobody knows for how long there was none: it is taken for long. */
static void a_clock_that_was_set_back_raises_nothing(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play.now_ns += play_plan.hold_each_ns;
    play_see(&play, &play_safe);
    struct rollout_play copy = play;
    recover(&copy, ROLLOUT_GAP_UNKNOWN, 500, ROLLOUT_DO_WEIGHT);
    play_expect_hold(&copy, ROLLOUT_HELD_DRIFT);
    recover(&play, ROLLOUT_GAP_UNKNOWN, 0, ROLLOUT_DO_WEIGHT);
    play_expect_hold(&play, ROLLOUT_HELD_CRASH);
    assert_non_null(strstr(play.rollout.reason, "the clock was set back"));
}

static void a_rollback_is_finished_whatever_happens(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play_see(&play, &play_harmed);
    recover(&play, NS_PER_S, 500, ROLLOUT_DO_BACK);
    assert_string_equal(play.rollout.reason, "3 of 3 failed");
    play_expect_back(&play);
}

/* Where the weight still is as it was, users wait there; nothing goes up again. */
static void what_stable_was_is_seen_to_again(void **state) {
    struct rollout_play play;
    (void)state;
    play_be_done(&play);
    play_replace(&play);
    play_read(&play, 10000);
    play_order(&play, ROLLOUT_ORDER_ABORT);
    assert_int_equal(play.effect.op, ROLLOUT_DO_RESTORE);
    struct rollout_play copy = play;
    recover(&copy, NS_PER_S, 10000, ROLLOUT_DO_RESTORE);
    play_expect(&copy, ROLLOUT_ROLLING_BACK);
    assert_int_equal(copy.effect.op, ROLLOUT_DO_RESTORE);
    assert_true(rollout_keeps_weight(&copy.rollout, copy.now_ns));
    copy = play;
    recover(&copy, 60 * NS_PER_S, 0, ROLLOUT_DO_RESTORE);
    assert_int_equal(copy.effect.op, ROLLOUT_DO_BACK);
    play_set(&copy, ROLLOUT_SET_DONE);
    assert_int_equal(copy.effect.op, ROLLOUT_DO_RESTORE);
    rollout_on_restored(&copy.rollout, false, "by hand", copy.now_ns);
    play_expect(&copy, ROLLOUT_STRANDED);
}

static void a_silent_router_decides_nothing(void **state) {
    const struct rollout_recovery recovery = {
        .gap_ns = NS_PER_S, .lease_ns = 5 * NS_PER_S};
    const struct rollout_reading silent = {.words = "refused"};
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    rollout_on_recovered(&play.rollout, &recovery, &silent, play.now_ns);
    play_expect_hold(&play, ROLLOUT_HELD_ROUTER);
    assert_false(rollout_keeps_weight(&play.rollout, play.now_ns));
}

static void what_had_no_weight_begins_again(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin(&play);
    recover(&play, 60 * NS_PER_S, 0, ROLLOUT_DO_NOTHING);
    play_expect(&play, ROLLOUT_PREFLIGHT);
    assert_int_equal(play.effect.op, ROLLOUT_DO_CHECK);
    rollout_on_checked(&play.rollout, true, "", play.now_ns);
    recover(&play, 60 * NS_PER_S, 0, ROLLOUT_DO_DEPLOY);
    assert_int_equal(play.effect.op, ROLLOUT_DO_DEPLOY);
}

static void a_hold_stays_a_hold(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play_order(&play, ROLLOUT_ORDER_HOLD);
    recover(&play, NS_PER_S, 500, ROLLOUT_DO_NOTHING);
    play_expect_hold(&play, ROLLOUT_HELD_PERSON);
    play_begin(&play);
    play_order(&play, ROLLOUT_ORDER_HOLD);
    recover(
        &play, NS_PER_S, 1000, ROLLOUT_DO_NOTHING); /* whose it is, it never asked */
    play_expect_hold(&play, ROLLOUT_HELD_PERSON);
    play_be_done(&play);
    recover(&play, NS_PER_S, 10000, ROLLOUT_DO_NOTHING);
    play_expect(&play, ROLLOUT_DONE);
    recover(&play, 60 * NS_PER_S, 0, ROLLOUT_DO_NOTHING);
    play_expect_hold(&play, ROLLOUT_HELD_CRASH);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_gap_goes_on_with_a_fresh_window),
        cmocka_unit_test(a_lease_that_ran_out_waits_at_0),
        cmocka_unit_test(a_0_that_nobody_wrote_down_begins_anew),
        cmocka_unit_test(anything_else_is_somebody_elses),
        cmocka_unit_test(an_open_raise_is_finished_or_not_begun),
        cmocka_unit_test(what_is_about_to_be_replaced_is_not_kept_alive),
        cmocka_unit_test(a_clock_that_was_set_back_raises_nothing),
        cmocka_unit_test(a_rollback_is_finished_whatever_happens),
        cmocka_unit_test(what_stable_was_is_seen_to_again),
        cmocka_unit_test(a_silent_router_decides_nothing),
        cmocka_unit_test(what_had_no_weight_begins_again),
        cmocka_unit_test(a_hold_stays_a_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
