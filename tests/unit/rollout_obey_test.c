/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "core/rollout.h"
#include "support/rollout_play.h"

static void a_manual_plan_waits_for_its_holder(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play.rollout.plan.manual = true;
    play_see(&play, &play_safe);
    assert_false(play_order(&play, ROLLOUT_ORDER_PROMOTE));
    play.now_ns += play_plan.hold_each_ns;
    play_see(&play, &play_safe);
    play_expect(&play, ROLLOUT_WATCHING);
    assert_false(play_order_as(&play, "bob", ROLLOUT_ORDER_PROMOTE, true));
    assert_non_null(strstr(play.answer.words, "ann"));
    assert_true(play_order(&play, ROLLOUT_ORDER_PROMOTE));
    play_expect(&play, ROLLOUT_RAISING);
    assert_string_equal(play.rollout.actor, "ann@ops1");
    assert_string_equal(play.rollout.reason, "because");
}

static void two_presses_act_once(void **state) {
    struct rollout_order press = {
        .kind = ROLLOUT_ORDER_PROMOTE, .force = true, .who = "ann", .host = "ops1"};
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play_see(&play, &play_good);
    press.expected_version = play.rollout.version;
    play.effect = rollout_on_order(&play.rollout, &press, play.now_ns, &play.answer);
    assert_true(play.answer.accepted);
    assert_int_equal(play.effect.weight_bp, 2500);
    play_set(&play, ROLLOUT_SET_DONE);
    play_see(&play, &play_good);
    play.effect = rollout_on_order(&play.rollout, &press, play.now_ns, &play.answer);
    assert_false(play.answer.accepted);
    assert_int_equal(play.effect.op, ROLLOUT_DO_NOTHING);
    press.expected_version = 0; /* going forward means a version */
    rollout_on_order(&play.rollout, &press, play.now_ns, &play.answer);
    assert_false(play.answer.accepted);
}

static void force_is_not_for_the_blind(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play_see(&play, &play_blind);
    assert_false(play_order_as(&play, "ann", ROLLOUT_ORDER_PROMOTE, true));
    play_begin_watching(&play); /* nothing was seen yet */
    assert_false(play_order_as(&play, "ann", ROLLOUT_ORDER_PROMOTE, true));
    play_see(&play, &play_good);
    assert_true(play_order_as(&play, "ann", ROLLOUT_ORDER_PROMOTE, true));
    assert_non_null(strstr(play.answer.words, "against the evidence"));
}

static void anybody_may_always_take_it_back(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_raising(&play);
    assert_true(play_order_as(&play, "bob", ROLLOUT_ORDER_ABORT, false));
    assert_string_equal(play.rollout.actor, "bob@ops1");
    play_expect(&play, ROLLOUT_ROLLING_BACK);
    assert_true(play_order_as(&play, "eve", ROLLOUT_ORDER_ABORT, false));
    play_expect(&play, ROLLOUT_ROLLING_BACK);
    assert_false(play_order(&play, ROLLOUT_ORDER_RESUME));
    assert_false(play_order_as(&play, "ann", ROLLOUT_ORDER_PROMOTE, true));
    assert_false(play_order(&play, ROLLOUT_ORDER_HOLD));
    play_set(&play, ROLLOUT_SET_DONE);
    play_expect(&play, ROLLOUT_ROLLED_BACK);
    assert_true(play.rollout.ended && play.rollout.has_begun);
    assert_string_equal(rollout_person(&play.rollout), "bob@ops1");
    uint64_t version = play.rollout.version;
    assert_true(play_order(&play, ROLLOUT_ORDER_ABORT)); /* pressed twice */
    assert_int_equal(play.effect.op, ROLLOUT_DO_NOTHING);
    assert_int_equal(play.rollout.version, version);
    assert_false(play_order(&play, ROLLOUT_ORDER_HOLD));
}

static void say_nothing(struct rollout_play *play) {
    const struct rollout_reading mute = {.words = "no answer in time"};
    play->effect = rollout_on_reading(&play->rollout, &mute, play->now_ns);
}

/* What it says by now may be somebody else's. */
static void while_the_router_is_mute_nothing_goes_up(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play.now_ns += play_plan.hold_each_ns;
    say_nothing(&play);
    play_see(&play, &play_safe);
    play_expect(&play, ROLLOUT_WATCHING);
    assert_false(play_order_as(&play, "ann", ROLLOUT_ORDER_PROMOTE, true));
    assert_non_null(strstr(play.answer.words, "the router does not say"));
    say_nothing(&play);
    say_nothing(&play);
    play_expect_hold(&play, ROLLOUT_HELD_ROUTER);
    assert_false(play_order(&play, ROLLOUT_ORDER_RESUME));
    assert_non_null(strstr(play.answer.words, "the router does not say"));
    play_read(&play, 500);
    assert_true(play_order(&play, ROLLOUT_ORDER_RESUME));
    play_expect(&play, ROLLOUT_WATCHING);
    say_nothing(&play);
    assert_true(play_order(&play, ROLLOUT_ORDER_ABORT));
}

/* What the step before had of both time and evidence promotes nothing. */
static void held_on_its_way_a_step_begins_with_its_weight(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_second_raise(&play);
    assert_true(play_order(&play, ROLLOUT_ORDER_HOLD));
    play_set(&play, ROLLOUT_SET_DONE);
    play.now_ns += play_plan.hold_each_ns;
    play_see(&play, &play_safe);
    assert_false(play_order(&play, ROLLOUT_ORDER_PROMOTE));
    assert_non_null(strstr(play.answer.words, "the least time of the step"));
    assert_true(play_order(&play, ROLLOUT_ORDER_RESUME));
    play_see(&play, &play_safe);
    play_expect(&play, ROLLOUT_WATCHING);
    play.now_ns += play_plan.hold_each_ns;
    play_see(&play, &play_safe);
    play_expect(&play, ROLLOUT_RAISING);
}

static void a_hold_while_a_weight_is_on_its_way_knows_it_arrived(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_raising(&play);
    assert_true(play_order(&play, ROLLOUT_ORDER_HOLD));
    assert_false(play_order(&play, ROLLOUT_ORDER_RESUME));
    play_set(&play, ROLLOUT_SET_DONE);
    play_expect_hold(&play, ROLLOUT_HELD_PERSON);
    play_read(&play, 500);
    play_expect_hold(&play, ROLLOUT_HELD_PERSON);
    assert_true(play_order(&play, ROLLOUT_ORDER_RESUME));
    play_expect(&play, ROLLOUT_WATCHING);
}

static void fail_to_raise(struct rollout_play *play) {
    for (int i = 0; i < 3; i++) {
        assert_int_equal(play->effect.op, ROLLOUT_DO_WEIGHT);
        assert_int_equal(play->effect.before_bp, 500);
        play_set(play, ROLLOUT_SET_FAILED);
    }
    play_expect_hold(play, ROLLOUT_HELD_ROUTER);
}

/* The router keeps what it had, or has taken it without saying so. */
static void a_weight_that_was_never_read_back_is_not_the_one_before(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play.now_ns += play_plan.hold_each_ns;
    play_see(&play, &play_safe);
    fail_to_raise(&play);
    assert_true(play_order(&play, ROLLOUT_ORDER_RESUME)); /* before it is read again */
    assert_int_equal(play.effect.weight_bp, 2500);
    fail_to_raise(&play);
    struct rollout_play copy = play;
    play_read(&copy, 500);
    play_expect_hold(&copy, ROLLOUT_HELD_ROUTER);
    assert_int_equal(copy.rollout.wanted_bp, 500);
    assert_true(play_order(&copy, ROLLOUT_ORDER_RESUME));
    assert_int_equal(copy.effect.weight_bp, 2500);
    assert_int_equal(copy.effect.before_bp, 500);
    copy = play;
    play_read(&copy, 2500);
    play_expect_hold(&copy, ROLLOUT_HELD_ROUTER);
    assert_int_equal(copy.rollout.wanted_bp, 2500);
    copy = play;
    play_read(&copy, 777);
    play_expect_hold(&copy, ROLLOUT_HELD_DRIFT);
    copy = play;
    assert_true(play_order(&copy, ROLLOUT_ORDER_ABORT));
    assert_int_equal(copy.effect.before_bp, 500);
    play_expect_back(&copy);
}

static void the_version_before_is_kept_for_a_while(void **state) {
    struct rollout_play play;
    (void)state;
    play_be_done(&play);
    assert_false(play_order(&play, ROLLOUT_ORDER_ABORT));
    assert_false(play_order(&play, ROLLOUT_ORDER_HOLD));
    assert_true(play_order_as(&play, "bob", ROLLOUT_ORDER_UNDO, false));
    play_expect_back(&play); /* at once: stable was not touched */

    play_be_done(&play);
    play.now_ns += play_plan.keep_previous_ns;
    assert_false(play_order(&play, ROLLOUT_ORDER_UNDO));
    assert_true(rollout_keeps_weight(&play.rollout, play.now_ns));
    assert_true(play_order_as(&play, "ann", ROLLOUT_ORDER_UNDO, true));
    play_expect_back(&play);
}

static void a_takeover_changes_whose_it_is(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    uint64_t version = play.rollout.version;
    assert_true(play_order_as(&play, "bob", ROLLOUT_ORDER_TAKEOVER, false));
    assert_true(play.rollout.version > version);
    play_see(&play, &play_good);
    assert_false(play_order_as(&play, "ann", ROLLOUT_ORDER_PROMOTE, true));
    assert_true(play_order_as(&play, "bob", ROLLOUT_ORDER_PROMOTE, true));
}

/* Two who saw ann's at once: the second would take it from the first unseen. */
static void of_two_takeovers_at_once_the_second_is_told(void **state) {
    struct rollout_order press = {
        .kind = ROLLOUT_ORDER_TAKEOVER, .who = "bob", .host = "ops2"};
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    press.expected_version = play.rollout.version;
    rollout_on_order(&play.rollout, &press, play.now_ns, &play.answer);
    assert_true(play.answer.accepted);
    uint64_t version = play.rollout.version;
    rollout_on_order(&play.rollout, &press, play.now_ns, &play.answer);
    assert_true(play.answer.accepted); /* pressed twice */
    assert_int_equal(play.rollout.version, version);
    text_copy_cut(press.who, sizeof press.who, "cleo");
    rollout_on_order(&play.rollout, &press, play.now_ns, &play.answer);
    assert_false(play.answer.accepted);
    assert_non_null(strstr(play.answer.words, "bob on ops2 has taken it over"));
    assert_string_equal(play.rollout.plan.holder, "bob");
    play_see(&play, &play_good); /* who has seen that may, wherever it has got to */
    press.expected_version = version;
    rollout_on_order(&play.rollout, &press, play.now_ns, &play.answer);
    assert_true(play.answer.accepted);
    assert_string_equal(play.rollout.plan.holder, "cleo");
}

static void what_would_go_on_by_itself_is_held_for_good(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play_see(&play, &play_blind);
    play_expect_hold(&play, ROLLOUT_HELD_BLIND);
    assert_true(play_order(&play, ROLLOUT_ORDER_HOLD));
    play_expect_hold(&play, ROLLOUT_HELD_PERSON);
    play_see(&play, &play_good);
    play_expect_hold(&play, ROLLOUT_HELD_PERSON);
    uint64_t version = play.rollout.version;
    assert_true(play_order(&play, ROLLOUT_ORDER_HOLD));
    assert_int_equal(play.rollout.version, version);
    assert_true(play_order(&play, ROLLOUT_ORDER_RESUME));
    play_expect(&play, ROLLOUT_WATCHING);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_manual_plan_waits_for_its_holder),
        cmocka_unit_test(two_presses_act_once),
        cmocka_unit_test(force_is_not_for_the_blind),
        cmocka_unit_test(anybody_may_always_take_it_back),
        cmocka_unit_test(a_hold_while_a_weight_is_on_its_way_knows_it_arrived),
        cmocka_unit_test(held_on_its_way_a_step_begins_with_its_weight),
        cmocka_unit_test(while_the_router_is_mute_nothing_goes_up),
        cmocka_unit_test(a_weight_that_was_never_read_back_is_not_the_one_before),
        cmocka_unit_test(the_version_before_is_kept_for_a_while),
        cmocka_unit_test(a_takeover_changes_whose_it_is),
        cmocka_unit_test(of_two_takeovers_at_once_the_second_is_told),
        cmocka_unit_test(what_would_go_on_by_itself_is_held_for_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
