/* SPDX-License-Identifier: MIT */
#include "core/dead_man.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT_S = 15, GRACE_S = 5 };

#define S(count) ((uint64_t)(count)*1000000000U)

static struct dead_man man_of(void) {
    struct dead_man man;
    dead_man_init(&man, S(LIMIT_S), S(GRACE_S));
    return man;
}

static void silence_makes_it_due_and_life_ends_that(void **state) {
    (void)state;
    struct dead_man man = man_of();
    assert_int_equal(dead_man_on_sign(&man, "a1", 0, S(100)), DEAD_MAN_HELD);
    assert_int_equal(dead_man_on_sign(&man, "a1", S(5), S(105)), DEAD_MAN_HELD);
    assert_int_equal(dead_man_on_sign(&man, "a2", 0, S(110)), DEAD_MAN_HELD);
    assert_int_equal(dead_man_on_sign(&man, "a2", 0, S(124)), DEAD_MAN_HELD);
    assert_int_equal(dead_man_silence_ns(&man, S(124)), S(14));
    assert_int_equal(dead_man_on_sign(&man, "a2", 0, S(125)), DEAD_MAN_DUE);
    assert_int_equal(dead_man_on_sign(&man, "a3", 0, S(130)), DEAD_MAN_HELD);
}

static void nobody_there_is_no_silence(void **state) {
    (void)state;
    struct dead_man man = man_of();
    assert_int_equal(dead_man_on_sign(&man, "", 0, S(1)), DEAD_MAN_RESTING);
    assert_int_equal(dead_man_on_sign(&man, "", 0, S(100)), DEAD_MAN_RESTING);
    assert_int_equal(dead_man_on_sign(&man, "a1", 0, S(101)), DEAD_MAN_HELD);
    assert_int_equal(dead_man_on_sign(&man, "", 0, S(102)), DEAD_MAN_RESTING);
    assert_int_equal(dead_man_on_sign(&man, "", 0, S(200)), DEAD_MAN_RESTING);
}

static void looks_that_fail_end_no_life(void **state) {
    (void)state;
    struct dead_man man = man_of();
    dead_man_on_sign(&man, "a1", 0, S(100));
    dead_man_on_blind(&man);
    /* Silent for a minute, but nobody could have heard it. */
    assert_int_equal(dead_man_on_sign(&man, "a1", 0, S(160)), DEAD_MAN_HELD);
    assert_int_equal(dead_man_on_sign(&man, "a1", 0, S(164)), DEAD_MAN_HELD);
    assert_int_equal(dead_man_on_sign(&man, "a1", 0, S(165)), DEAD_MAN_DUE);
    man = man_of();
    dead_man_on_sign(&man, "a1", 0, S(100));
    dead_man_on_blind(&man);
    assert_int_equal(dead_man_on_sign(&man, "a2", 0, S(160)), DEAD_MAN_HELD);
}

static void an_old_sign_at_the_beginning_gets_the_grace(void **state) {
    (void)state;
    struct dead_man man = man_of();
    assert_int_equal(dead_man_on_sign(&man, "a1", S(1000), S(100)), DEAD_MAN_HELD);
    assert_int_equal(dead_man_on_sign(&man, "a1", S(1000), S(104)), DEAD_MAN_HELD);
    assert_int_equal(dead_man_on_sign(&man, "a1", S(1000), S(105)), DEAD_MAN_DUE);
    /* Its clock is wrong, but it lives. */
    man = man_of();
    dead_man_on_sign(&man, "a1", S(1000), S(100));
    assert_int_equal(dead_man_on_sign(&man, "a2", S(1000), S(104)), DEAD_MAN_HELD);
    assert_int_equal(dead_man_on_sign(&man, "a2", S(1000), S(118)), DEAD_MAN_HELD);
    assert_int_equal(dead_man_on_sign(&man, "a2", S(1000), S(119)), DEAD_MAN_DUE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_makes_it_due_and_life_ends_that),
        cmocka_unit_test(nobody_there_is_no_silence),
        cmocka_unit_test(looks_that_fail_end_no_life),
        cmocka_unit_test(an_old_sign_at_the_beginning_gets_the_grace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
