/* SPDX-License-Identifier: MIT */
#include "ui/rollout_shown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "core/model.h"
#include "support/fixture_canary.h"

enum { WORDS_SIZE = 160 };

static const uint64_t now_ns = 1000 * NS_PER_S;

static struct scene scene_over(struct state *state, enum fixture_rollout kind) {
    state_init(state);
    state->rollout = fixture_rollout(kind, now_ns);
    return (struct scene){
        .state = state, .live = state, .now_ns = now_ns, .view_ns = now_ns};
}

static void what_was_said_last_is_not_taken_for_what_is(void **test) {
    (void)test;
    static const struct {
        enum fixture_rollout kind;
        enum rollout_shown sight;
    } rows[] = {
        {ROLLOUT_AT_STEP, ROLLOUT_LIVE},     {ROLLOUT_BLIND, ROLLOUT_LIVE},
        {ROLLOUT_TURNED_BACK, ROLLOUT_LIVE}, {ROLLOUT_PROMOTED, ROLLOUT_LIVE},
        {ROLLOUT_ORPHANED, ROLLOUT_LOST},    {ROLLOUT_MUTE, ROLLOUT_SILENT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct state state;
        struct scene scene = scene_over(&state, rows[i].kind);
        assert_int_equal(rollout_shown(&scene), rows[i].sight);
    }
}

static void one_that_never_was_and_one_that_is_over_differ(void **test) {
    (void)test;
    struct state state;
    struct scene scene = scene_over(&state, ROLLOUT_TURNED_BACK);
    state.rollout.known = false;
    assert_int_equal(rollout_shown(&scene), ROLLOUT_LEFT);
    state.rollout.phase = ROLLOUT_IDLE;
    assert_int_equal(rollout_shown(&scene), ROLLOUT_NONE);
    state.rollout = (struct rollout_status){0};
    assert_int_equal(rollout_shown(&scene), ROLLOUT_NONE);
}

/* A controller that is done has nothing to say any more. */
static void silence_after_the_end_is_no_silence(void **test) {
    (void)test;
    struct state state;
    struct scene scene = scene_over(&state, ROLLOUT_TURNED_BACK);
    state.rollout.at_ns -= 600 * NS_PER_S;
    assert_int_equal(rollout_shown(&scene), ROLLOUT_LIVE);
    state.rollout.ended = false;
    assert_int_equal(rollout_shown(&scene), ROLLOUT_SILENT);
    assert_int_equal(rollout_shown_age_ns(&scene), 600 * NS_PER_S);
}

static void a_controller_that_leaves_is_remembered_as_gone(void **test) {
    (void)test;
    struct state state;
    struct scene scene = scene_over(&state, ROLLOUT_AT_STEP);
    struct event event = {.kind = EVENT_ROLLOUT, .at_ns = now_ns};
    state_apply(&state, &event);
    assert_int_equal(rollout_shown(&scene), ROLLOUT_LOST);
    assert_int_equal(state.rollout.step, 2);
    event = (struct event){.kind = EVENT_SESSION, .at_ns = now_ns};
    state_apply(&state, &event);
    assert_int_equal(rollout_shown(&scene), ROLLOUT_NONE);
}

static void expect_finding(
    enum fixture_rollout kind, enum finding_level level, const char *words) {
    struct state state;
    struct scene scene = scene_over(&state, kind);
    struct finding finding = {.level = FINDING_OK};
    assert_true(rollout_find(&scene, &finding));
    assert_int_equal(finding.level, level);
    assert_string_equal(finding.words, words);
}

static void a_hold_is_told_with_its_reason(void **test) {
    (void)test;
    expect_finding(
        ROLLOUT_BLIND, FINDING_WARN,
        "rollout HOLD blind at 25%: the newest request is 47 s old");
    expect_finding(
        ROLLOUT_UNDECIDED, FINDING_WARN,
        "rollout HOLD inconclusive at 25%: its time is over and the evidence is not "
        "enough");
    expect_finding(
        ROLLOUT_TURNED_BACK, FINDING_WARN,
        "rollout rolled back: errors 5.8% against 0.50%, E 1070 of 100");
    expect_finding(
        ROLLOUT_NEEDS_PERSON, FINDING_FAIL,
        "rollout stranded: weight 0 was set, the router still says 25%");
    expect_finding(
        ROLLOUT_MUTE, FINDING_FAIL, "rollout: its controller has been silent for 12s");
}

static void a_rollout_that_goes_on_is_no_finding(void **test) {
    (void)test;
    static const enum fixture_rollout kinds[] = {
        ROLLOUT_AT_DEPLOY, ROLLOUT_AT_STEP, ROLLOUT_PROMOTED, ROLLOUT_ORPHANED};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct state state;
        struct scene scene = scene_over(&state, kinds[i]);
        struct finding finding;
        assert_false(rollout_find(&scene, &finding));
    }
}

static void every_hold_has_a_reason(void **test) {
    (void)test;
    for (unsigned hold = ROLLOUT_NOT_HELD + 1; hold < ROLLOUT_HOLD_COUNT; hold++) {
        struct rollout_status rollout = {.phase = ROLLOUT_HOLD, .hold = (uint8_t)hold};
        assert_string_not_equal(rollout_reason(&rollout), "");
        text_copy(rollout.reason, sizeof rollout.reason, "because");
        assert_string_equal(rollout_reason(&rollout), "because");
    }
    const struct rollout_status watched = {
        .phase = ROLLOUT_WATCHING, .reason = "read back"};
    assert_string_equal(rollout_reason(&watched), "");
}

static void only_what_is_done_is_good(void **test) {
    (void)test;
    for (unsigned phase = 0; phase < ROLLOUT_PHASE_COUNT; phase++) {
        struct rollout_status rollout = {.phase = (uint8_t)phase};
        bool good = rollout_phase_role(&rollout) == ROLE_OK;
        assert_int_equal(good, phase == ROLLOUT_DONE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_said_last_is_not_taken_for_what_is),
        cmocka_unit_test(one_that_never_was_and_one_that_is_over_differ),
        cmocka_unit_test(silence_after_the_end_is_no_silence),
        cmocka_unit_test(a_controller_that_leaves_is_remembered_as_gone),
        cmocka_unit_test(a_hold_is_told_with_its_reason),
        cmocka_unit_test(a_rollout_that_goes_on_is_no_finding),
        cmocka_unit_test(every_hold_has_a_reason),
        cmocka_unit_test(only_what_is_done_is_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
