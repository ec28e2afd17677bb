/* SPDX-License-Identifier: MIT */
#include "core/rollout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "core/rollout_end.h"
#include "core/rollout_move.h"
#include "support/rollout_play.h"

static void a_healthy_version_goes_up_every_step(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    static const uint32_t weights[] = {500, 2500, 5000, 10000};
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(play.rollout.wanted_bp, weights[i]);
        play_see(&play, &play_safe); /* the least time is not over */
        play_expect(&play, ROLLOUT_WATCHING);
        play_climb(&play);
    }
    play_expect(&play, ROLLOUT_DONE);
    assert_false(play.rollout.ended);
    assert_true(rollout_keeps_weight(&play.rollout, play.now_ns));
    assert_true(rollout_is_undoable(&play.rollout, play.now_ns));
}

static void what_may_not_start_does_not(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin(&play);
    play.effect =
        rollout_on_checked(&play.rollout, false, "stable is ill", play.now_ns);
    play_expect(&play, ROLLOUT_IDLE);
    assert_string_equal(play.rollout.reason, "stable is ill");
    assert_int_equal(play.effect.op, ROLLOUT_DO_LEAVE);
    play_begin(&play);
    assert_true(play_order(&play, ROLLOUT_ORDER_ABORT));
    play_expect(&play, ROLLOUT_IDLE);
    assert_true(play.rollout.ended);
}

static void what_is_not_ready_goes_back(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin(&play);
    play.effect = rollout_on_checked(&play.rollout, true, "", play.now_ns);
    play.effect = rollout_on_deployed(&play.rollout, false, "late", play.now_ns);
    play_expect_back(&play);
    assert_string_equal(play.rollout.reason, "late");
    assert_false(play.rollout.has_begun);
    assert_string_equal(rollout_person(&play.rollout), "");
}

static void the_smoke_test_decides_three_ways(void **state) {
    struct rollout_play play;
    (void)state;
    for (enum verdict verdict = VERDICT_PASS; verdict <= VERDICT_ERROR; verdict++) {
        play_begin(&play);
        rollout_on_checked(&play.rollout, true, "", play.now_ns);
        rollout_on_deployed(&play.rollout, true, "", play.now_ns);
        play.effect = rollout_on_smoked(&play.rollout, verdict, "words", play.now_ns);
        if (verdict == VERDICT_PASS) {
            play_expect(&play, ROLLOUT_RAISING);
        } else if (verdict == VERDICT_FAIL) {
            play_expect_back(&play);
        } else {
            play_expect_hold(&play, ROLLOUT_HELD_TIME);
            assert_true(play_order(&play, ROLLOUT_ORDER_RESUME));
            play_expect(&play, ROLLOUT_SMOKE);
            assert_int_equal(play.effect.op, ROLLOUT_DO_SMOKE);
        }
    }
}

static void a_weight_that_cannot_be_set_is_tried_three_times(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_raising(&play);
    play_set(&play, ROLLOUT_SET_FAILED);
    assert_int_equal(play.effect.op, ROLLOUT_DO_WEIGHT);
    assert_int_equal(play.effect.weight_bp, 500);
    play_set(&play, ROLLOUT_SET_FAILED);
    play_expect(&play, ROLLOUT_RAISING);
    play_set(&play, ROLLOUT_SET_FAILED);
    play_expect_hold(&play, ROLLOUT_HELD_ROUTER);
    assert_false(play_order(&play, ROLLOUT_ORDER_RESUME));
    assert_non_null(strstr(play.answer.words, "the router does not say"));
    play_read(&play, 0);
    assert_false(play_order(&play, ROLLOUT_ORDER_RESUME));
    assert_non_null(strstr(play.answer.words, "no fresh data"));
    play_see(&play, &play_good);
    assert_true(play_order(&play, ROLLOUT_ORDER_RESUME));
    play_expect(&play, ROLLOUT_RAISING);
    assert_int_equal(play.effect.weight_bp, 500);
}

static void who_cannot_go_back_calls_a_person_and_goes_on_trying(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play_see(&play, &play_harmed);
    play_set(&play, ROLLOUT_SET_FAILED);
    play_expect(&play, ROLLOUT_ROLLING_BACK);
    assert_int_equal(play.effect.op, ROLLOUT_DO_BACK);
    play.now_ns += ROLLOUT_BACK_MAX_NS;
    play_set(&play, ROLLOUT_SET_CONFLICT);
    play_expect(&play, ROLLOUT_STRANDED);
    assert_false(play.rollout.ended);
    assert_int_equal(play.effect.op, ROLLOUT_DO_BACK);
    play_set(&play, ROLLOUT_SET_DONE);
    play_expect(&play, ROLLOUT_ROLLED_BACK);
}

static void lose_row(struct rollout_play *play, struct rollout_effect meant) {
    rollout_on_unwritten(&play->rollout, &meant, "disk full", play->now_ns);
}

/* The router was told of it before, and what becomes of it is heard. */
static void a_hold_that_no_disk_took_recalls_nothing(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_second_raise(&play);
    assert_true(play_order(&play, ROLLOUT_ORDER_HOLD));
    lose_row(&play, rollout_rest);
    play_expect_hold(&play, ROLLOUT_HELD_JOURNAL);
    play_set(&play, ROLLOUT_SET_DONE);
    play_read(&play, 2500);
    play_expect_hold(&play, ROLLOUT_HELD_JOURNAL);
    play_see(&play, &play_harmed);
    play_expect_back(&play);
}

/* Whatever the disk does: evidence with a broken split is worth nothing. */
static void a_broken_split_outlasts_the_journal(void **state) {
    static const struct rollout_sight broken = {
        .fresh = true, .split_broken = true, .canary_ready = true};
    struct rollout_play play;
    (void)state;
    play_begin_watching(&play);
    play_see(&play, &broken);
    play_expect_hold(&play, ROLLOUT_HELD_SPLIT);
    uint64_t version = play.rollout.version;
    lose_row(&play, rollout_rest);
    play_expect_hold(&play, ROLLOUT_HELD_SPLIT);
    assert_true(play.rollout.version > version); /* it is written down again */
    version = play.rollout.version;
    lose_row(&play, rollout_rest);
    assert_int_equal(play.rollout.version, version);
}

static void who_cannot_write_goes_nowhere_but_back(void **state) {
    struct rollout_play play;
    (void)state;
    play_begin_second_raise(&play);
    lose_row(&play, play.effect);
    play_expect_hold(&play, ROLLOUT_HELD_JOURNAL);
    assert_int_equal(play.rollout.wanted_bp, 500);
    uint64_t version = play.rollout.version;
    lose_row(&play, rollout_rest);
    assert_int_equal(play.rollout.version, version);
    assert_true(rollout_keeps_weight(&play.rollout, play.now_ns));
    play.now_ns += play_plan.blind_max_ns;
    assert_false(rollout_keeps_weight(&play.rollout, play.now_ns));
    rollout_on_written(&play.rollout);
    assert_true(rollout_keeps_weight(&play.rollout, play.now_ns));
    play_see(&play, &play_harmed);
    play_expect(&play, ROLLOUT_ROLLING_BACK);
    lose_row(&play, rollout_rest);
    play_expect_back(&play);
}

static void a_promotion_that_no_disk_took_is_not_made_blindly(void **state) {
    struct rollout_play play;
    (void)state;
    play_be_done(&play);
    lose_row(&play, rollout_rest);
    play_expect_hold(&play, ROLLOUT_HELD_JOURNAL);
    play_see(&play, &play_blind);
    assert_false(play_order(&play, ROLLOUT_ORDER_RESUME));
    assert_non_null(strstr(play.answer.words, "no fresh data"));
    play_see(&play, &play_good);
    assert_true(play_order(&play, ROLLOUT_ORDER_RESUME));
    play_expect(&play, ROLLOUT_DONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_version_goes_up_every_step),
        cmocka_unit_test(what_may_not_start_does_not),
        cmocka_unit_test(what_is_not_ready_goes_back),
        cmocka_unit_test(the_smoke_test_decides_three_ways),
        cmocka_unit_test(a_weight_that_cannot_be_set_is_tried_three_times),
        cmocka_unit_test(who_cannot_go_back_calls_a_person_and_goes_on_trying),
        cmocka_unit_test(who_cannot_write_goes_nowhere_but_back),
        cmocka_unit_test(a_hold_that_no_disk_took_recalls_nothing),
        cmocka_unit_test(a_broken_split_outlasts_the_journal),
        cmocka_unit_test(a_promotion_that_no_disk_took_is_not_made_blindly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
