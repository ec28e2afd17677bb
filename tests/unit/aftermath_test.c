/* SPDX-License-Identifier: MIT */
#include "core/aftermath.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct instances_sight well = {.count = 1, .ready = 1, .steady = true};
static const struct instances_sight fresh = {.count = 1, .ready = 1};
static const struct instances_sight gone = {.count = 1, .gone = true};
static const struct instances_sight unknown = {0};
static const struct instances_sight awaited = {.count = 2, .awaited = 2};

/* Sees the same each second from `from_s` on, before `to_s`. */
static void see(
    struct aftermath *aftermath, const struct instances_sight *stable,
    const struct instances_sight *canary, uint64_t from_s, uint64_t to_s) {
    for (uint64_t s = from_s; s < to_s; s++) {
        aftermath_see(aftermath, stable, canary, s * NS_PER_S);
    }
}

static void expect_fault(
    const struct aftermath *aftermath, const struct instances_sight *stable,
    const struct instances_sight *canary, enum canary_fault fault) {
    assert_int_equal(aftermath_fault(aftermath, stable, canary), fault);
}

static void it_lasts_until_both_are_well_for_a_while(void **state) {
    (void)state;
    struct aftermath aftermath = {0};
    see(&aftermath, &well, &gone, 1, 100);
    assert_false(aftermath.is_on);
    see(&aftermath, &gone, &gone, 100, 160);
    assert_true(aftermath.is_on);
    expect_fault(&aftermath, &gone, &gone, CANARY_SOUND);
    assert_non_null(strstr(aftermath_words(&aftermath), "stable itself fails"));
    see(&aftermath, &fresh, &gone, 160, 165);
    assert_true(aftermath.is_on);
    see(&aftermath, &well, &gone, 165, 170);
    assert_true(aftermath.is_on);
    expect_fault(&aftermath, &well, &gone, CANARY_SOUND);
    assert_non_null(strstr(aftermath_words(&aftermath), "not well again yet"));
    see(&aftermath, &well, &fresh, 170, 175);
    assert_true(aftermath.is_on);
    see(&aftermath, &well, &well, 175, 176);
    assert_false(aftermath.is_on);
}

static void a_canary_that_stays_down_is_taken_back_by_then(void **state) {
    (void)state;
    const uint64_t most_s = AFTERMATH_MOST_NS / NS_PER_S;
    struct aftermath aftermath = {0};
    see(&aftermath, &gone, &gone, 10, 20);
    see(&aftermath, &well, &gone, 20, 20 + most_s);
    assert_true(aftermath.is_on);
    expect_fault(&aftermath, &well, &gone, CANARY_SOUND);
    see(&aftermath, &well, &gone, 20 + most_s, 21 + most_s);
    assert_false(aftermath.is_on);
    expect_fault(&aftermath, &well, &gone, CANARY_NOT_READY);
    /* Stable goes away again in between: then it counts anew. */
    see(&aftermath, &gone, &gone, 100, 101);
    see(&aftermath, &well, &gone, 101, 120);
    see(&aftermath, &gone, &gone, 120, 121);
    see(&aftermath, &well, &gone, 121, 121 + most_s);
    assert_true(aftermath.is_on);
    see(&aftermath, &well, &gone, 121 + most_s, 122 + most_s);
    assert_false(aftermath.is_on);
}

static void what_is_wrong_with_the_canary_alone_is_its_fault(void **state) {
    (void)state;
    const struct aftermath calm = {0};
    struct instances_sight crashing = well;
    crashing.crashing = true;
    expect_fault(&calm, &well, &well, CANARY_SOUND);
    expect_fault(&calm, &well, &gone, CANARY_NOT_READY);
    expect_fault(&calm, &unknown, &gone, CANARY_NOT_READY);
    expect_fault(&calm, &fresh, &gone, CANARY_SOUND);
    expect_fault(&calm, &well, &unknown, CANARY_SOUND);
    expect_fault(&calm, &well, &crashing, CANARY_CRASHES);
    expect_fault(&calm, &crashing, &crashing, CANARY_SOUND);
}

/* Whoever cannot be asked says nothing, and ends what was on. */
static void nobody_to_ask_is_no_outage(void **state) {
    (void)state;
    struct aftermath aftermath = {0};
    see(&aftermath, &unknown, &gone, 1, 10);
    see(&aftermath, &gone, &unknown, 10, 20);
    see(&aftermath, &awaited, &gone, 10, 20);
    see(&aftermath, &awaited, &awaited, 10, 20);
    assert_false(aftermath.is_on);
    see(&aftermath, &gone, &gone, 20, 30);
    see(&aftermath, &unknown, &gone, 30, 31);
    assert_false(aftermath.is_on);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_lasts_until_both_are_well_for_a_while),
        cmocka_unit_test(a_canary_that_stays_down_is_taken_back_by_then),
        cmocka_unit_test(what_is_wrong_with_the_canary_alone_is_its_fault),
        cmocka_unit_test(nobody_to_ask_is_no_outage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
