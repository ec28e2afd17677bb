/* SPDX-License-Identifier: MIT */
#include "core/worker_fate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/units.h"

static const struct worker_sight well = {
    .listed = true, .beats = true, .silent_ms = 900, .every_ms = 1000};
static const struct worker_sight silent = {.listed = true, .silent_ms = -1};

#define AT(seconds) ((seconds)*NS_PER_S)

static void worker_fate_is_late_after_a_few_missed_beats(void **state) {
    (void)state;
    struct worker_memory memory = {0};
    struct worker_sight sight = well;
    assert_true(worker_is_alive(&sight));
    assert_int_equal(worker_fate_of(&sight, &memory, true, AT(1)), WORKER_ALIVE);
    sight.silent_ms = 4100;
    assert_false(worker_is_alive(&sight));
    assert_int_equal(worker_fate_of(&sight, &memory, true, AT(4)), WORKER_LATE);
    sight.every_ms = 100; /* a beat is no stopwatch */
    sight.silent_ms = 2000;
    assert_int_equal(worker_fate_of(&sight, &memory, true, AT(5)), WORKER_ALIVE);
    sight.silent_ms = -1; /* nobody knows what time it is there */
    assert_int_equal(worker_fate_of(&sight, &memory, true, AT(6)), WORKER_ALIVE);
    sight.every_ms = 0;
    sight.silent_ms = 14000;
    assert_int_equal(worker_fate_of(&sight, &memory, true, AT(7)), WORKER_ALIVE);
}

static void worker_fate_tells_a_goodbye_from_a_death(void **state) {
    (void)state;
    struct worker_memory memory = {0};
    struct worker_sight neither = silent;
    neither.listed = false;
    assert_int_equal(worker_fate_of(&well, &memory, true, AT(1)), WORKER_ALIVE);
    assert_int_equal(worker_fate_of(&silent, &memory, true, AT(2)), WORKER_MISSING);
    assert_int_equal(worker_fate_of(&neither, &memory, true, AT(3)), WORKER_GONE);
}

static void worker_fate_keeps_who_left_with_jobs_until_they_are_taken(void **state) {
    (void)state;
    struct worker_memory memory = {0};
    struct worker_sight sight = well;
    sight.left = true;
    sight.pending = 2;
    assert_false(worker_is_alive(&sight));
    assert_int_equal(worker_fate_of(&sight, &memory, true, AT(1)), WORKER_LEFT);
    sight.beats = sight.left = false; /* its hash has run out */
    assert_int_equal(worker_fate_of(&sight, &memory, true, AT(70)), WORKER_LEFT);
    sight.pending = 0;
    assert_int_equal(worker_fate_of(&sight, &memory, true, AT(71)), WORKER_GONE);
}

static void worker_fate_forgets_the_dead_once_others_carry_on(void **state) {
    (void)state;
    struct worker_memory memory = {0};
    worker_fate_of(&well, &memory, true, AT(1));
    assert_int_equal(worker_fate_of(&silent, &memory, true, AT(10)), WORKER_MISSING);
    assert_int_equal(worker_fate_of(&silent, &memory, true, AT(69)), WORKER_MISSING);
    assert_int_equal(worker_fate_of(&silent, &memory, false, AT(99)), WORKER_MISSING);
    struct worker_sight loaded = silent;
    loaded.pending = 1;
    assert_int_equal(worker_fate_of(&loaded, &memory, true, AT(99)), WORKER_MISSING);
    assert_int_equal(worker_fate_of(&silent, &memory, true, AT(99)), WORKER_PAST);
}

static void worker_fate_names_the_unknown_unless_it_is_old(void **state) {
    (void)state;
    struct worker_memory memory = {0};
    struct worker_sight sight = silent;
    sight.idle_ms = 5000;
    assert_int_equal(worker_fate_of(&sight, &memory, true, AT(1)), WORKER_MISSING);
    sight.idle_ms = 61000;
    assert_int_equal(worker_fate_of(&sight, &memory, false, AT(2)), WORKER_MISSING);
    assert_int_equal(worker_fate_of(&sight, &memory, true, AT(3)), WORKER_PAST);
    memory = (struct worker_memory){0};
    assert_int_equal(worker_fate_of(&sight, &memory, false, AT(4)), WORKER_PAST);
    sight.pending = 1;
    assert_int_equal(worker_fate_of(&sight, &memory, false, AT(5)), WORKER_MISSING);
}

static void worker_fate_begins_again_with_the_next_beat(void **state) {
    (void)state;
    struct worker_memory memory = {0};
    worker_fate_of(&well, &memory, true, AT(1));
    worker_fate_of(&silent, &memory, true, AT(10));
    assert_int_equal(worker_fate_of(&well, &memory, true, AT(50)), WORKER_ALIVE);
    assert_int_equal(worker_fate_of(&silent, &memory, true, AT(80)), WORKER_MISSING);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worker_fate_is_late_after_a_few_missed_beats),
        cmocka_unit_test(worker_fate_tells_a_goodbye_from_a_death),
        cmocka_unit_test(worker_fate_keeps_who_left_with_jobs_until_they_are_taken),
        cmocka_unit_test(worker_fate_forgets_the_dead_once_others_carry_on),
        cmocka_unit_test(worker_fate_names_the_unknown_unless_it_is_old),
        cmocka_unit_test(worker_fate_begins_again_with_the_next_beat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
