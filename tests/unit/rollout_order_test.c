/* SPDX-License-Identifier: MIT */
#include "core/rollout_order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/frame.h"
#include "core/rollout_plan.h"

static void an_order_comes_back_as_it_was(void **state) {
    (void)state;
    const struct rollout_order order = {
        .kind = ROLLOUT_ORDER_PROMOTE,
        .number = 3,
        .expected_version = 12,
        .force = true,
        .who = "ann",
        .host = "ops1",
        .reason = "the dashboards agree"};
    struct rollout_order back;
    struct frame frame;
    struct error err;
    uint8_t bytes[512];
    memset(&back, 0, sizeof back);
    size_t length = frame_encode(
        ROLLOUT_ORDER_FRAME, &rollout_order_record, &order, bytes, sizeof bytes);
    assert_int_equal(frame_find(bytes, length, &frame, &err), FRAME_WHOLE);
    assert_int_equal(frame.kind, ROLLOUT_ORDER_FRAME);
    assert_true(frame_read(&frame, &rollout_order_record, &back, &err));
    assert_int_equal(back.kind, order.kind);
    assert_int_equal(back.number, order.number);
    assert_int_equal(back.expected_version, order.expected_version);
    assert_true(back.force);
    assert_string_equal(back.who, order.who);
    assert_string_equal(back.host, order.host);
    assert_string_equal(back.reason, order.reason);
}

static void an_order_that_nobody_can_give_is_refused(void **state) {
    (void)state;
    const struct rollout_order order = {.kind = ROLLOUT_ORDER_COUNT};
    struct rollout_order back;
    struct frame frame;
    struct error err;
    uint8_t bytes[512];
    memset(&back, 0, sizeof back);
    size_t length = frame_encode(
        ROLLOUT_ORDER_FRAME, &rollout_order_record, &order, bytes, sizeof bytes);
    assert_int_equal(frame_find(bytes, length, &frame, &err), FRAME_WHOLE);
    assert_false(frame_read(&frame, &rollout_order_record, &back, &err));
}

static void every_order_has_a_name_of_its_own(void **state) {
    (void)state;
    for (unsigned i = 0; i < ROLLOUT_ORDER_COUNT; i++) {
        enum rollout_order_kind kind = ROLLOUT_ORDER_COUNT;
        const char *name = rollout_order_name((enum rollout_order_kind)i);
        assert_true(rollout_order_from_name(name, &kind));
        assert_int_equal(kind, i);
    }
    enum rollout_order_kind kind = ROLLOUT_ORDER_COUNT;
    assert_false(rollout_order_from_name("start", &kind));
}

static void a_plan_comes_back_as_it_was(void **state) {
    (void)state;
    const struct rollout_plan plan = {
        .target = "agent",
        .to = "v1.6.0",
        .step_count = 2,
        .steps = {{500}, {10000}},
        .hold_each_ns = 10,
        .rule = ROLLOUT_BY_BOOK,
        .alpha = 0.01,
        .manual = true};
    static struct rollout_plan back;
    struct frame frame;
    struct error err;
    uint8_t bytes[1024];
    size_t length = frame_encode(1, &rollout_plan_record, &plan, bytes, sizeof bytes);
    assert_int_equal(frame_find(bytes, length, &frame, &err), FRAME_WHOLE);
    assert_true(frame_read(&frame, &rollout_plan_record, &back, &err));
    assert_memory_equal(&back, &plan, sizeof plan);
}

static void every_phase_and_hold_has_a_name(void **state) {
    (void)state;
    for (unsigned i = 0; i < ROLLOUT_PHASE_COUNT; i++) {
        assert_int_not_equal(rollout_phase_name((enum rollout_phase)i)[0], '\0');
    }
    for (unsigned i = ROLLOUT_NOT_HELD + 1; i < ROLLOUT_HOLD_COUNT; i++) {
        assert_int_not_equal(rollout_hold_name((enum rollout_hold)i)[0], '\0');
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_comes_back_as_it_was),
        cmocka_unit_test(an_order_that_nobody_can_give_is_refused),
        cmocka_unit_test(every_order_has_a_name_of_its_own),
        cmocka_unit_test(a_plan_comes_back_as_it_was),
        cmocka_unit_test(every_phase_and_hold_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
