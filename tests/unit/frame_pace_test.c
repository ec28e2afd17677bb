/* SPDX-License-Identifier: MIT */
#include "ui/frame_pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define START_NS UINT64_C(5000000000)

static void nothing_is_due_until_something_happens(void **state) {
    (void)state;
    struct frame_pace pace = {0};
    uint64_t due_ns;
    assert_false(frame_pace_due(&pace, &due_ns));
    frame_pace_on_data(&pace);
    assert_true(frame_pace_due(&pace, &due_ns));
    frame_pace_draw(&pace, START_NS);
    assert_false(frame_pace_due(&pace, &due_ns));
}

static void data_waits_for_its_turn_and_a_key_goes_first(void **state) {
    (void)state;
    struct frame_pace pace = {0};
    uint64_t due_ns;
    frame_pace_draw(&pace, START_NS);
    frame_pace_on_data(&pace);
    assert_true(frame_pace_due(&pace, &due_ns));
    assert_int_equal(due_ns, START_NS + FRAME_PACE_DATA_NS);
    frame_pace_on_key(&pace);
    assert_true(frame_pace_due(&pace, &due_ns));
    assert_int_equal(due_ns, START_NS + FRAME_PACE_KEY_NS);
}

static void a_key_after_a_pause_is_answered_at_once(void **state) {
    (void)state;
    struct frame_pace pace = {0};
    uint64_t due_ns;
    frame_pace_draw(&pace, START_NS);
    frame_pace_on_key(&pace);
    assert_true(frame_pace_due(&pace, &due_ns));
    assert_true(due_ns <= START_NS + FRAME_PACE_KEY_NS);
}

static void the_halves_of_the_screen_take_turns(void **state) {
    (void)state;
    struct frame_pace pace = {0};
    assert_int_equal(frame_pace_draw(&pace, START_NS), FRAME_WHOLE);
    for (unsigned i = 0; i < 4; i++) {
        frame_pace_on_data(&pace);
        enum frame_turn turn = frame_pace_draw(&pace, START_NS + i + 1);
        assert_int_equal(turn, i % 2 ? FRAME_SECOND_HALF : FRAME_FIRST_HALF);
    }
}

/* However rarely data comes, no half of it waits for the next. */
static void the_second_half_follows_by_itself(void **state) {
    (void)state;
    struct frame_pace pace = {0};
    uint64_t due_ns;
    frame_pace_draw(&pace, START_NS);
    frame_pace_on_data(&pace);
    assert_int_equal(frame_pace_draw(&pace, START_NS + 1), FRAME_FIRST_HALF);
    assert_true(frame_pace_due(&pace, &due_ns));
    assert_int_equal(due_ns, START_NS + 1 + FRAME_PACE_DATA_NS);
    assert_int_equal(frame_pace_draw(&pace, due_ns), FRAME_SECOND_HALF);
    assert_false(frame_pace_due(&pace, &due_ns));
}

static void data_between_the_halves_is_drawn_in_both(void **state) {
    (void)state;
    struct frame_pace pace = {0};
    uint64_t due_ns;
    frame_pace_draw(&pace, START_NS);
    frame_pace_on_data(&pace);
    frame_pace_draw(&pace, START_NS + 1);
    frame_pace_on_data(&pace);
    assert_int_equal(frame_pace_draw(&pace, START_NS + 2), FRAME_SECOND_HALF);
    assert_true(frame_pace_due(&pace, &due_ns));
    assert_int_equal(frame_pace_draw(&pace, START_NS + 3), FRAME_FIRST_HALF);
    assert_int_equal(frame_pace_draw(&pace, START_NS + 4), FRAME_SECOND_HALF);
    assert_false(frame_pace_due(&pace, &due_ns));
}

static void a_key_draws_everything_anew(void **state) {
    (void)state;
    struct frame_pace pace = {0};
    frame_pace_draw(&pace, START_NS);
    frame_pace_on_data(&pace);
    assert_int_equal(frame_pace_draw(&pace, START_NS + 1), FRAME_FIRST_HALF);
    frame_pace_on_data(&pace);
    frame_pace_on_key(&pace);
    assert_int_equal(frame_pace_draw(&pace, START_NS + 2), FRAME_WHOLE);
    frame_pace_on_data(&pace);
    assert_int_equal(frame_pace_draw(&pace, START_NS + 3), FRAME_FIRST_HALF);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_due_until_something_happens),
        cmocka_unit_test(data_waits_for_its_turn_and_a_key_goes_first),
        cmocka_unit_test(a_key_after_a_pause_is_answered_at_once),
        cmocka_unit_test(the_halves_of_the_screen_take_turns),
        cmocka_unit_test(the_second_half_follows_by_itself),
        cmocka_unit_test(data_between_the_halves_is_drawn_in_both),
        cmocka_unit_test(a_key_draws_everything_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
