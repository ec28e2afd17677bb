/* SPDX-License-Identifier: MIT */
#include "core/surroundings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/random.h"

static void learn(
    struct surroundings *surroundings, unsigned count, unsigned failures) {
    for (unsigned i = 0; i < count; i++) surroundings_learn(surroundings, i < failures);
}

static void add(struct surroundings *surroundings, unsigned count, unsigned failures) {
    for (unsigned i = 0; i < count; i++) surroundings_add(surroundings, i < failures);
}

static void an_outage_is_noticed_and_passes(void **state) {
    (void)state;
    struct surroundings surroundings = {0};
    learn(&surroundings, 2000, 10);
    add(&surroundings, 300, 2);
    assert_false(surroundings_are_bad(&surroundings));
    add(&surroundings, 100, 30);
    assert_true(surroundings_are_bad(&surroundings));
    add(&surroundings, 300, 1);
    assert_false(surroundings_are_bad(&surroundings));
}

static void without_knowing_what_is_usual_nothing_is_unusual(void **state) {
    (void)state;
    struct surroundings surroundings = {0};
    add(&surroundings, SURROUNDINGS_REFERENCE - 1, 0);
    assert_int_equal(surroundings.before.count, SURROUNDINGS_REFERENCE - 1);
    assert_false(surroundings_are_bad(&surroundings));
    add(&surroundings, 1, 1);
    assert_false(surroundings_are_bad(&surroundings));
}

static void what_comes_first_is_usual_where_nothing_came_before(void **state) {
    (void)state;
    struct surroundings surroundings = {0};
    add(&surroundings, 400, 0);
    assert_int_equal(surroundings.before.count, SURROUNDINGS_REFERENCE);
    assert_false(surroundings_are_bad(&surroundings));
    add(&surroundings, 100, 30);
    assert_true(surroundings_are_bad(&surroundings));

    struct surroundings counted = {0};
    surroundings_add_counts(&counted, &(struct trials){.count = 400});
    assert_int_equal(counted.before.count, 400);
    surroundings_add_counts(&counted, &(struct trials){.count = 100, .failures = 30});
    assert_int_equal(counted.before.count, 400);
    assert_true(surroundings_are_bad(&counted));

    /* What has always failed so is not unusual. */
    struct surroundings poor = {0};
    for (unsigned i = 0; i < 1000; i++) surroundings_add(&poor, i % 3 == 0);
    assert_false(surroundings_are_bad(&poor));
}

static void the_usual_is_rarely_unusual(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 21);
    struct surroundings surroundings = {0};
    for (unsigned i = 0; i < 2000; i++) {
        surroundings_learn(&surroundings, random_unit(&random) < 0.02);
    }
    unsigned bad = 0;
    for (unsigned i = 0; i < 20000; i++) {
        surroundings_add(&surroundings, random_unit(&random) < 0.02);
        if (i % 50 == 0) bad += surroundings_are_bad(&surroundings);
    }
    assert_int_equal(bad, 0);
}

static void the_last_requests_are_counted(void **state) {
    (void)state;
    struct surroundings surroundings = {0};
    add(&surroundings, 70, 3);
    struct trials recent = surroundings_recent(&surroundings);
    assert_int_equal(recent.count, 70);
    assert_int_equal(recent.failures, 3);
    add(&surroundings, 250, 100);
    recent = surroundings_recent(&surroundings);
    assert_int_equal(recent.count, SURROUNDINGS_ROOM);
    assert_int_equal(recent.failures, 100);
    uint8_t bytes[128];
    struct byte_writer writer = byte_writer_in(bytes, sizeof bytes);
    record_put(&surroundings_record, &surroundings, &writer);
    struct surroundings again;
    memset(&again, 0, sizeof again);
    struct byte_reader reader = byte_reader_of(bytes, writer.length);
    assert_true(record_get(&surroundings_record, &again, &reader));
    assert_memory_equal(&again, &surroundings, sizeof again);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_outage_is_noticed_and_passes),
        cmocka_unit_test(without_knowing_what_is_usual_nothing_is_unusual),
        cmocka_unit_test(what_comes_first_is_usual_where_nothing_came_before),
        cmocka_unit_test(the_usual_is_rarely_unusual),
        cmocka_unit_test(the_last_requests_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
