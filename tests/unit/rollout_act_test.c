/* SPDX-License-Identifier: MIT */
#include "ui/rollout_act.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "support/fixture_canary.h"

enum { WORDS_SIZE = 160 };

static const uint64_t now_ns = 1000 * NS_PER_S;

static const struct rollout_means means = {
    .who = "mreyes", .host = "ops1", .to = "/run/rollout.sock"};

static struct scene scene_over(struct state *state, enum fixture_rollout kind) {
    state_init(state);
    state->rollout = fixture_rollout(kind, now_ns);
    return (struct scene){
        .state = state,
        .live = state,
        .now_ns = now_ns,
        .view_ns = now_ns,
        .rollout = &means,
    };
}

static void expect(
    enum fixture_rollout kind, enum rollout_order_kind order, const char *why_not) {
    struct state state;
    struct scene scene = scene_over(&state, kind);
    char words[WORDS_SIZE];
    struct text why = TEXT_IN(words);
    bool open = rollout_act_is_open(&scene, order, false, &why);
    assert_string_equal(words, why_not);
    assert_int_equal(open, why_not[0] == '\0');
}

static void going_back_is_open_whatever_is_known(void **test) {
    (void)test;
    static const enum fixture_rollout kinds[] = {
        ROLLOUT_AT_DEPLOY, ROLLOUT_AT_STEP,      ROLLOUT_HARMFUL,
        ROLLOUT_BLIND,     ROLLOUT_SPLIT,        ROLLOUT_DRIFTED,
        ROLLOUT_UNDECIDED, ROLLOUT_NEEDS_PERSON, ROLLOUT_MUTE};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct state state;
        struct scene scene = scene_over(&state, kinds[i]);
        scene.rollout = &(const struct rollout_means){.who = "sgreen", .host = "ops2"};
        state.rollout.ended = false;
        char words[WORDS_SIZE];
        struct text why = TEXT_IN(words);
        assert_true(rollout_act_is_open(&scene, ROLLOUT_ORDER_ABORT, false, &why));
    }
}

static void holding_is_open_until_it_goes_back_or_is_done(void **test) {
    (void)test;
    expect(ROLLOUT_AT_STEP, ROLLOUT_ORDER_HOLD, "");
    expect(ROLLOUT_AT_DEPLOY, ROLLOUT_ORDER_HOLD, "");
    expect(ROLLOUT_MUTE, ROLLOUT_ORDER_HOLD, "");
    expect(ROLLOUT_BLIND, ROLLOUT_ORDER_HOLD, ""); /* or it goes on by itself */
    expect(ROLLOUT_SPLIT, ROLLOUT_ORDER_HOLD, "it is held already");
    expect(ROLLOUT_PROMOTED, ROLLOUT_ORDER_HOLD, "it is promoted");
    expect(ROLLOUT_TURNED_BACK, ROLLOUT_ORDER_HOLD, "no rollout is under way");
    expect(
        ROLLOUT_ORPHANED, ROLLOUT_ORDER_HOLD,
        "its controller is gone: flightdeck canary takeover");
}

static void promotion_takes_evidence_and_time(void **test) {
    (void)test;
    expect(ROLLOUT_AT_STEP, ROLLOUT_ORDER_PROMOTE, "bound +3.4pp > +2.0pp");
    expect(ROLLOUT_BLIND, ROLLOUT_ORDER_PROMOTE, "blind: no fresh data");
    expect(ROLLOUT_SPLIT, ROLLOUT_ORDER_PROMOTE, "G first: it is held");
    expect(ROLLOUT_AT_DEPLOY, ROLLOUT_ORDER_PROMOTE, "nothing to promote now");
    expect(ROLLOUT_PROMOTED, ROLLOUT_ORDER_PROMOTE, "nothing to promote now");
    struct state state;
    struct scene scene = scene_over(&state, ROLLOUT_AT_STEP);
    char words[WORDS_SIZE];
    struct text why = TEXT_IN(words);
    state.rollout.bound = 0.01F;
    assert_false(rollout_act_is_open(&scene, ROLLOUT_ORDER_PROMOTE, false, &why));
    assert_string_equal(words, "3m48s of the step left");
    state.rollout.in_step_ms = state.rollout.hold_each_ms;
    assert_true(rollout_act_is_open(&scene, ROLLOUT_ORDER_PROMOTE, false, &why));
    state.rollout.bound = NAN;
    text_reset(&why);
    assert_false(rollout_act_is_open(&scene, ROLLOUT_ORDER_PROMOTE, false, &why));
    assert_string_equal(words, "no safety bound yet");
    state.rollout.harm = 100;
    text_reset(&why);
    assert_false(rollout_act_is_open(&scene, ROLLOUT_ORDER_PROMOTE, false, &why));
    assert_string_equal(words, "evidence of harm");
}

static void force_goes_against_evidence_but_never_blindly(void **test) {
    (void)test;
    static const struct {
        enum fixture_rollout kind;
        bool open;
    } rows[] = {
        {ROLLOUT_AT_STEP, true}, {ROLLOUT_HARMFUL, true}, {ROLLOUT_UNDECIDED, true},
        {ROLLOUT_BLIND, false},  {ROLLOUT_SPLIT, false},  {ROLLOUT_DRIFTED, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct state state;
        struct scene scene = scene_over(&state, rows[i].kind);
        char words[WORDS_SIZE];
        struct text why = TEXT_IN(words);
        bool open = rollout_act_is_open(&scene, ROLLOUT_ORDER_PROMOTE, true, &why);
        assert_int_equal(open, rows[i].open);
    }
}

static void undo_is_the_way_back_of_what_is_done(void **test) {
    (void)test;
    expect(ROLLOUT_PROMOTED, ROLLOUT_ORDER_UNDO, "");
    expect(ROLLOUT_PROMOTED, ROLLOUT_ORDER_ABORT, "it is promoted: U takes it back");
    expect(ROLLOUT_AT_STEP, ROLLOUT_ORDER_UNDO, "once promoted; now X y");
    struct state state;
    struct scene scene = scene_over(&state, ROLLOUT_PROMOTED);
    assert_int_equal(rollout_act_way_back(&scene), ROLLOUT_ORDER_UNDO);
    assert_true(rollout_act_has_one(&scene));
    state.rollout.undoable = false;
    assert_false(rollout_act_has_one(&scene));
}

/* A name alone could be anybody's on another machine. */
static void it_is_ours_by_name_and_machine(void **test) {
    (void)test;
    struct state state;
    struct scene scene = scene_over(&state, ROLLOUT_AT_STEP);
    assert_true(rollout_act_is_ours(&scene));
    text_copy(state.rollout.host, sizeof state.rollout.host, "ops2");
    assert_false(rollout_act_is_ours(&scene));
    scene.rollout = NULL;
    assert_false(rollout_act_is_ours(&scene));
}

static void a_frozen_view_acts_on_the_present(void **test) {
    (void)test;
    struct state state;
    struct state past;
    struct scene scene = scene_over(&state, ROLLOUT_SPLIT);
    scene_over(&past, ROLLOUT_AT_STEP);
    scene.state = &past;
    scene.view_ns -= 60 * NS_PER_S;
    char words[WORDS_SIZE];
    struct text why = TEXT_IN(words);
    assert_false(rollout_act_is_open(&scene, ROLLOUT_ORDER_HOLD, false, &why));
    assert_true(rollout_act_is_open(&scene, ROLLOUT_ORDER_RESUME, false, &why));
}

static void expect_words(enum rollout_order_kind kind, const char *expected) {
    struct rollout_status rollout = fixture_rollout(ROLLOUT_AT_STEP, now_ns);
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    rollout_act_add(&text, &rollout, kind);
    assert_string_equal(words, expected);
}

static void orders_say_what_they_do(void **test) {
    (void)test;
    expect_words(ROLLOUT_ORDER_PROMOTE, "promote to 50%");
    expect_words(ROLLOUT_ORDER_HOLD, "hold at 25%");
    expect_words(ROLLOUT_ORDER_RESUME, "resume at 25%");
    expect_words(ROLLOUT_ORDER_ABORT, "abort, 0% canary");
    expect_words(ROLLOUT_ORDER_UNDO, "undo to v1.5.0");
    expect_words(ROLLOUT_ORDER_TAKEOVER, "takeover");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(going_back_is_open_whatever_is_known),
        cmocka_unit_test(holding_is_open_until_it_goes_back_or_is_done),
        cmocka_unit_test(promotion_takes_evidence_and_time),
        cmocka_unit_test(force_goes_against_evidence_but_never_blindly),
        cmocka_unit_test(undo_is_the_way_back_of_what_is_done),
        cmocka_unit_test(it_is_ours_by_name_and_machine),
        cmocka_unit_test(a_frozen_view_acts_on_the_present),
        cmocka_unit_test(orders_say_what_they_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
