/* SPDX-License-Identifier: MIT */
#include "support/rollout_play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "core/rollout_end.h"

const struct rollout_plan play_plan = {
    .target = "demo",
    .from = "v1.5.0",
    .to = "v1.6.0",
    .holder = "ann",
    .host = "ops1",
    .reason = "weekly release",
    .step_count = 4,
    .steps = {{500}, {2500}, {5000}, {10000}},
    .hold_each_ns = 10 * NS_PER_S,
    .max_each_ns = 60 * NS_PER_S,
    .keep_previous_ns = 3600 * NS_PER_S,
    .stale_ns = 15 * NS_PER_S,
    .blind_max_ns = 120 * NS_PER_S,
};

const struct rollout_sight play_good = {
    .fresh = true, .canary_ready = true, .words = "all is well"};
const struct rollout_sight play_safe = {
    .fresh = true, .safe = true, .canary_ready = true, .words = "safe at the next"};
const struct rollout_sight play_harmed = {
    .fresh = true, .harmed = true, .canary_ready = true, .words = "3 of 3 failed"};
const struct rollout_sight play_blind = {
    .canary_ready = true, .words = "no data for 16s"};

void play_expect(const struct rollout_play *play, enum rollout_phase phase) {
    if (play->rollout.phase == phase) return;
    fail_msg(
        "%s instead of %s", rollout_phase_name(play->rollout.phase),
        rollout_phase_name(phase));
}

void play_expect_hold(const struct rollout_play *play, enum rollout_hold hold) {
    play_expect(play, ROLLOUT_HOLD);
    if (play->rollout.hold == hold) return;
    fail_msg(
        "%s instead of %s", rollout_hold_name(play->rollout.hold),
        rollout_hold_name(hold));
}

void play_see(struct rollout_play *play, const struct rollout_sight *sight) {
    play->effect = rollout_on_sight(&play->rollout, sight, play->now_ns);
}

void play_read(struct rollout_play *play, uint32_t weight_bp) {
    const struct rollout_reading reading = {.known = true, .weight_bp = weight_bp};
    play->effect = rollout_on_reading(&play->rollout, &reading, play->now_ns);
}

void play_set(struct rollout_play *play, enum rollout_set how) {
    play->effect =
        rollout_on_set(&play->rollout, how, "the router's words", play->now_ns);
}

bool play_order_as(
    struct rollout_play *play, const char *who, enum rollout_order_kind kind,
    bool force) {
    struct rollout_order order = {
        .kind = kind,
        .number = 7,
        .expected_version = play->rollout.version,
        .force = force,
        .host = "ops1",
        .reason = "because"};
    text_copy_cut(order.who, sizeof order.who, who);
    play->effect =
        rollout_on_order(&play->rollout, &order, play->now_ns, &play->answer);
    assert_int_equal(play->answer.number, 7);
    assert_true(play->answer.words[0] != '\0');
    return play->answer.accepted;
}

bool play_order(struct rollout_play *play, enum rollout_order_kind kind) {
    return play_order_as(play, "ann", kind, false);
}

void play_begin(struct rollout_play *play) {
    memset(play, 0, sizeof *play);
    play->now_ns = 1000 * NS_PER_S;
    play->effect = rollout_begin(&play->rollout, &play_plan, play->now_ns);
    play_expect(play, ROLLOUT_PREFLIGHT);
    assert_int_equal(play->effect.op, ROLLOUT_DO_CHECK);
}

void play_begin_raising(struct rollout_play *play) {
    play_begin(play);
    play->effect = rollout_on_checked(&play->rollout, true, "", play->now_ns);
    play_expect(play, ROLLOUT_DEPLOYING);
    assert_int_equal(play->effect.op, ROLLOUT_DO_DEPLOY);
    play->effect = rollout_on_deployed(&play->rollout, true, "", play->now_ns);
    play_expect(play, ROLLOUT_SMOKE);
    assert_int_equal(play->effect.op, ROLLOUT_DO_SMOKE);
    play->effect = rollout_on_smoked(&play->rollout, VERDICT_PASS, "", play->now_ns);
    play_expect(play, ROLLOUT_RAISING);
    assert_int_equal(play->effect.op, ROLLOUT_DO_WEIGHT);
    assert_int_equal(play->effect.weight_bp, 500);
    assert_int_equal(play->effect.before_bp, 0);
}

void play_begin_watching(struct rollout_play *play) {
    play_begin_raising(play);
    play_set(play, ROLLOUT_SET_DONE);
    play_expect(play, ROLLOUT_WATCHING);
    play_read(play, 500);
    play_expect(play, ROLLOUT_WATCHING);
}

/* The step is safe for as long as it takes. */
static void be_safe(struct rollout_play *play) {
    play->now_ns += play_plan.hold_each_ns;
    play_see(play, &play_safe);
}

/* To the next weight, by evidence. */
void play_climb(struct rollout_play *play) {
    be_safe(play);
    if (play->effect.op != ROLLOUT_DO_WEIGHT) return;
    uint32_t weight_bp = play->effect.weight_bp;
    play_set(play, ROLLOUT_SET_DONE);
    play_read(play, weight_bp);
}

void play_begin_second_raise(struct rollout_play *play) {
    play_begin_watching(play);
    be_safe(play);
    play_expect(play, ROLLOUT_RAISING);
}

void play_be_done(struct rollout_play *play) {
    play_begin_watching(play);
    for (unsigned i = 0; i < 4; i++) play_climb(play);
    play_expect(play, ROLLOUT_DONE);
    assert_int_equal(play->effect.op, ROLLOUT_DO_NOTHING);
}

void play_replace(struct rollout_play *play) {
    play->now_ns += play_plan.keep_previous_ns;
    play->effect = rollout_on_replaceable(&play->rollout, play->now_ns);
    play_expect(play, ROLLOUT_FINALIZING);
    assert_int_equal(play->effect.op, ROLLOUT_DO_FINALIZE);
}

void play_expect_back(struct rollout_play *play) {
    play_expect(play, ROLLOUT_ROLLING_BACK);
    assert_int_equal(play->effect.op, ROLLOUT_DO_BACK);
    assert_int_equal(play->effect.weight_bp, 0);
    play_set(play, ROLLOUT_SET_DONE);
    if (play->effect.op == ROLLOUT_DO_RESTORE) {
        assert_int_not_equal(play->rollout.done_ns, 0);
        play->effect = rollout_on_restored(&play->rollout, true, "", play->now_ns);
    }
    play_expect(play, ROLLOUT_ROLLED_BACK);
    assert_int_equal(play->effect.op, ROLLOUT_DO_LEAVE);
    assert_true(play->rollout.ended);
}
