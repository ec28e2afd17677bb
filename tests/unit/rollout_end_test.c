/* SPDX-License-Identifier: MIT */
#include "core/rollout_end.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "support/rollout_play.h"

static void traffic_goes_to_stable_once_that_is_the_version(void **state) {
    struct rollout_play play;
    (void)state;
    play_be_done(&play);
    play.effect = rollout_on_stable_new(&play.rollout, play.now_ns);
    assert_int_equal(play.effect.op, ROLLOUT_DO_RELEASE);
    assert_int_equal(play.effect.weight_bp, 0);
    assert_false(rollout_is_undoable(&play.rollout, play.now_ns));
    play_set(&play, ROLLOUT_SET_FAILED);
    assert_int_equal(play.effect.op, ROLLOUT_DO_RELEASE);
    play_set(&play, ROLLOUT_SET_DONE);
    play_expect(&play, ROLLOUT_DONE);
    assert_true(play.rollout.ended);
}

static void stable_is_replaced_once_nobody_can_go_back(void **state) {
    struct rollout_play play;
    (void)state;
    play_be_done(&play);
    play.now_ns += play_plan.keep_previous_ns - 1;
    play.effect = rollout_on_replaceable(&play.rollout, play.now_ns);
    assert_int_equal(play.effect.op, ROLLOUT_DO_NOTHING);
    assert_true(rollout_is_undoable(&play.rollout, play.now_ns));
    play_replace(&play);
    assert_int_equal(play.rollout.wanted_bp, 10000);
    assert_true(rollout_keeps_weight(&play.rollout, play.now_ns));
    play.effect = rollout_on_finalized(&play.rollout, true, "", play.now_ns);
    play_expect(&play, ROLLOUT_DONE);
    assert_false(rollout_is_undoable(&play.rollout, play.now_ns));
    play.effect = rollout_on_replaceable(&play.rollout, play.now_ns);
    assert_int_equal(play.effect.op, ROLLOUT_DO_NOTHING); /* once */
    play.effect = rollout_on_stable_new(&play.rollout, play.now_ns);
    assert_int_equal(play.effect.op, ROLLOUT_DO_RELEASE);
}

static void a_stable_that_cannot_be_renewed_holds_it(void **state) {
    struct rollout_play play;
    (void)state;
    play_be_done(&play);
    play_replace(&play);
    play.effect = rollout_on_finalized(&play.rollout, false, "no image", play.now_ns);
    play_expect_hold(&play, ROLLOUT_HELD_DEPLOY);
    assert_int_equal(play.rollout.wanted_bp, 10000);
    assert_true(play_order(&play, ROLLOUT_ORDER_RESUME));
    assert_int_equal(play.effect.op, ROLLOUT_DO_FINALIZE);
}

/* All of it is on the canary, stable is being replaced, and it is wanted back. */
static void turn_around(struct rollout_play *play, uint32_t reading_bp) {
    play_be_done(play);
    play_replace(play);
    play_read(play, 10000);
    play_expect(play, ROLLOUT_FINALIZING);
    play->rollout.reading.weight_bp = reading_bp;
    assert_true(play_order(play, ROLLOUT_ORDER_ABORT));
    play_expect(play, ROLLOUT_ROLLING_BACK);
}

static void users_wait_until_stable_is_what_it_was(void **state) {
    struct rollout_play play;
    (void)state;
    turn_around(&play, 10000);
    assert_int_equal(play.effect.op, ROLLOUT_DO_RESTORE);
    assert_int_equal(play.effect.weight_bp, 10000);
    assert_non_null(strstr(play.answer.words, "v1.5.0"));
    assert_true(rollout_keeps_weight(&play.rollout, play.now_ns));
    play_see(&play, &play_harmed);
    assert_int_equal(play.effect.op, ROLLOUT_DO_NOTHING);
    assert_true(play_order(&play, ROLLOUT_ORDER_ABORT)); /* already */
    assert_int_equal(play.effect.op, ROLLOUT_DO_NOTHING);
    play.effect = rollout_on_restored(&play.rollout, true, "", play.now_ns);
    assert_int_equal(play.effect.before_bp, 10000);
    assert_false(rollout_keeps_weight(&play.rollout, play.now_ns));
    assert_string_equal(play.rollout.reason, "because");
    play_expect_back(&play);
}

static void a_stable_that_cannot_be_restored_stops_nobody(void **state) {
    struct rollout_play play;
    (void)state;
    turn_around(&play, 10000);
    play.effect = rollout_on_restored(
        &play.rollout, false, "give stable v1.5.0 by hand", play.now_ns);
    assert_int_equal(play.effect.op, ROLLOUT_DO_BACK);
    play_set(&play, ROLLOUT_SET_DONE);
    play_expect(&play, ROLLOUT_STRANDED);
    assert_int_equal(play.effect.op, ROLLOUT_DO_LEAVE);
    assert_true(play.rollout.ended);
    assert_string_equal(play.rollout.reason, "give stable v1.5.0 by hand");
}

static void nobody_waits_at_a_canary_that_is_gone(void **state) {
    static const struct rollout_sight gone = {.canary_gone = true, .words = "gone"};
    struct rollout_play play;
    (void)state;
    turn_around(&play, 10000);
    play_see(&play, &gone);
    assert_int_equal(play.effect.op, ROLLOUT_DO_BACK);
    play_see(&play, &gone); /* it is on its way */
    assert_int_equal(play.effect.op, ROLLOUT_DO_NOTHING);
    play_set(&play, ROLLOUT_SET_DONE);
    play_expect(&play, ROLLOUT_ROLLING_BACK);
    assert_int_equal(play.effect.op, ROLLOUT_DO_RESTORE);
    assert_int_equal(play.effect.weight_bp, 0);
    play.effect = rollout_on_restored(&play.rollout, true, "", play.now_ns);
    play_expect(&play, ROLLOUT_ROLLED_BACK);
    assert_true(play.rollout.ended);
}

static void traffic_that_is_elsewhere_already_stays_there(void **state) {
    struct rollout_play play;
    (void)state;
    turn_around(&play, 0);
    assert_int_equal(play.effect.op, ROLLOUT_DO_BACK);
    play_set(&play, ROLLOUT_SET_DONE);
    assert_int_equal(play.effect.op, ROLLOUT_DO_RESTORE);
    assert_false(rollout_keeps_weight(&play.rollout, play.now_ns));
}

/* Also when it was held in between, and however long going back takes. */
static void where_it_turned_back_is_remembered(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin(&play);
    play.effect = rollout_on_checked(&play.rollout, true, "", play.now_ns);
    play.effect = rollout_on_deployed(&play.rollout, true, "", play.now_ns);
    play.effect =
        rollout_on_smoked(&play.rollout, VERDICT_FAIL, "1 failed", play.now_ns);
    assert_int_equal(rollout_reached(&play.rollout), ROLLOUT_SMOKE);
    play.now_ns += ROLLOUT_BACK_MAX_NS;
    play_set(&play, ROLLOUT_SET_FAILED);
    play_expect(&play, ROLLOUT_STRANDED);
    assert_true(play_order(&play, ROLLOUT_ORDER_ABORT));
    play_set(&play, ROLLOUT_SET_DONE);
    play_expect(&play, ROLLOUT_ROLLED_BACK);
    assert_int_equal(rollout_reached(&play.rollout), ROLLOUT_SMOKE);

    play_begin_watching(&play);
    assert_int_equal(rollout_reached(&play.rollout), ROLLOUT_WATCHING);
    assert_true(play_order(&play, ROLLOUT_ORDER_HOLD));
    assert_true(play_order(&play, ROLLOUT_ORDER_ABORT));
    assert_int_equal(rollout_reached(&play.rollout), ROLLOUT_WATCHING);

    play_be_done(&play);
    assert_true(play_order(&play, ROLLOUT_ORDER_UNDO));
    assert_int_equal(rollout_reached(&play.rollout), ROLLOUT_DONE);
}

static void one_that_was_refused_came_to_its_preflight(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin(&play);
    assert_int_equal(rollout_reached(&play.rollout), ROLLOUT_PREFLIGHT);
    rollout_on_checked(&play.rollout, false, "stable is ill", play.now_ns);
    play_expect(&play, ROLLOUT_IDLE);
    assert_int_equal(rollout_reached(&play.rollout), ROLLOUT_PREFLIGHT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_it_turned_back_is_remembered),
        cmocka_unit_test(one_that_was_refused_came_to_its_preflight),
        cmocka_unit_test(traffic_goes_to_stable_once_that_is_the_version),
        cmocka_unit_test(stable_is_replaced_once_nobody_can_go_back),
        cmocka_unit_test(a_stable_that_cannot_be_renewed_holds_it),
        cmocka_unit_test(users_wait_until_stable_is_what_it_was),
        cmocka_unit_test(a_stable_that_cannot_be_restored_stops_nobody),
        cmocka_unit_test(nobody_waits_at_a_canary_that_is_gone),
        cmocka_unit_test(traffic_that_is_elsewhere_already_stays_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
