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

static void numbers_stand_still_while_graphs_move(void **state) {
    (void)state;
    struct frame_pace pace = {0};
    unsigned fresh = 0;
    for (unsigned frame = 0; frame < 50; frame++) {
        frame_pace_on_data(&pace);
        fresh += frame_pace_draw(&pace, START_NS + frame * FRAME_PACE_DATA_NS);
    }
    assert_in_range(fresh, 15, 20); /* at most 4 times in each of 5 s */
}

static void a_key_takes_the_numbers_anew(void **state) {
    (void)state;
    struct frame_pace pace = {0};
    assert_true(frame_pace_draw(&pace, START_NS));
    frame_pace_on_data(&pace);
    assert_false(frame_pace_draw(&pace, START_NS + 1));
    frame_pace_on_key(&pace);
    assert_true(frame_pace_draw(&pace, START_NS + 2));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_due_until_something_happens),
        cmocka_unit_test(data_waits_for_its_turn_and_a_key_goes_first),
        cmocka_unit_test(a_key_after_a_pause_is_answered_at_once),
        cmocka_unit_test(numbers_stand_still_while_graphs_move),
        cmocka_unit_test(a_key_takes_the_numbers_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
