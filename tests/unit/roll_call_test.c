/* SPDX-License-Identifier: MIT */
#include "core/roll_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/random.h"

static void nobody_is_new_twice(void **state) {
    (void)state;
    struct roll_call roll_call = {{0}};
    struct random random;
    random_seed(&random, 1);
    unsigned fresh = 0;
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t user = random_next(&random);
        fresh += roll_call_is_new(&roll_call, user);
        assert_false(roll_call_is_new(&roll_call, user));
    }
    assert_in_range(fresh, 950, 1000); /* few are taken for somebody else */
}

static void in_the_end_it_is_full(void **state) {
    (void)state;
    struct roll_call roll_call = {{0}};
    struct random random;
    random_seed(&random, 2);
    unsigned fresh = 0;
    for (unsigned i = 0; i < 20 * ROLL_CALL_PLACES; i++) {
        fresh += roll_call_is_new(&roll_call, random_next(&random));
    }
    assert_int_equal(fresh, ROLL_CALL_PLACES);
}

static void who_was_here_is_kept(void **state) {
    (void)state;
    struct roll_call roll_call = {{0}};
    for (uint64_t user = 1; user < 3000; user++) roll_call_is_new(&roll_call, user);
    uint8_t bytes[ROLL_CALL_PLACES / 4];
    struct byte_writer writer = byte_writer_in(bytes, sizeof bytes);
    record_put(&roll_call_record, &roll_call, &writer);
    assert_false(writer.overflow);
    struct roll_call again;
    memset(&again, 0, sizeof again);
    struct byte_reader reader = byte_reader_of(bytes, writer.length);
    assert_true(record_get(&roll_call_record, &again, &reader));
    assert_memory_equal(&again, &roll_call, sizeof again);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_new_twice),
        cmocka_unit_test(in_the_end_it_is_full),
        cmocka_unit_test(who_was_here_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
