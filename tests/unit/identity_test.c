/* SPDX-License-Identifier: MIT */
#include "core/identity.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static enum identity_news see(
    struct identity *identity, double start_s, double total, const char *version) {
    struct identity_sight sight = {start_s, total, version};
    return identity_see(identity, &sight);
}

static void a_new_start_time_is_a_restart(void **state) {
    (void)state;
    struct identity identity = {0};
    assert_int_equal(see(&identity, 1000, 5, "v1"), IDENTITY_FIRST);
    assert_int_equal(see(&identity, 1000, 9, "v1"), IDENTITY_SAME);
    assert_int_equal(see(&identity, 2000, 1, "v1"), IDENTITY_RESTARTED);
    assert_int_equal(see(&identity, 2000, 3, "v1"), IDENTITY_SAME);
    assert_int_equal(see(&identity, 3000, 3, "v2"), IDENTITY_RESTARTED);
    assert_false(identity.mixed);
}

static void a_wavering_start_time_is_no_restart(void **state) {
    (void)state;
    struct identity identity = {0};
    see(&identity, 1000.2, 5, "");
    assert_int_equal(see(&identity, 1001.1, 6, ""), IDENTITY_SAME);
    assert_int_equal(see(&identity, 999.8, 7, ""), IDENTITY_SAME);
}

static void a_process_that_comes_back_shows_that_there_are_several(void **state) {
    (void)state;
    struct identity identity = {0};
    see(&identity, 1000, 5, "v1");
    assert_int_equal(see(&identity, 1100, 900, "v1"), IDENTITY_RESTARTED);
    assert_false(identity.mixed);
    assert_int_equal(see(&identity, 1000, 6, "v1"), IDENTITY_RETURNED);
    assert_true(identity.mixed);
}

static void several_are_forgotten_after_a_calm_time(void **state) {
    (void)state;
    struct identity identity = {0};
    see(&identity, 1000, 5, "");
    see(&identity, 1100, 5, "");
    see(&identity, 1000, 5, "");
    for (int i = 0; i < 70; i++) see(&identity, 1000, 5 + i, "");
    assert_false(identity.mixed);
}

static void counters_that_jump_back_and_forth_show_several(void **state) {
    (void)state;
    struct identity identity = {0};
    const double totals[] = {1000, 500, 1010, 505, 1020};
    const enum identity_news news[] = {
        IDENTITY_FIRST, IDENTITY_RESTARTED, IDENTITY_RETURNED, IDENTITY_RESTARTED,
        IDENTITY_RETURNED};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(see(&identity, NAN, totals[i], ""), news[i]);
    }
    assert_true(identity.mixed);
}

static void one_restart_without_a_start_time_is_just_that(void **state) {
    (void)state;
    struct identity identity = {0};
    see(&identity, NAN, 1000, "");
    see(&identity, NAN, 1010, "");
    assert_int_equal(see(&identity, NAN, 3, ""), IDENTITY_RESTARTED);
    for (int i = 0; i < 200; i++) see(&identity, NAN, 10 * i + 10, "");
    assert_false(identity.mixed);
}

static void versions_that_alternate_show_several(void **state) {
    (void)state;
    struct identity identity = {0};
    see(&identity, NAN, NAN, "v1");
    assert_int_equal(see(&identity, NAN, NAN, "v2"), IDENTITY_RESTARTED);
    see(&identity, NAN, NAN, "v1");
    assert_false(identity.mixed); /* may have been put back */
    see(&identity, NAN, NAN, "v2");
    assert_true(identity.mixed);
}

static void many_restarts_do_not_fill_the_memory(void **state) {
    (void)state;
    struct identity identity = {0};
    see(&identity, 0, 0, "");
    for (int i = 1; i < 100; i++) {
        assert_int_equal(see(&identity, i * 100, 0, ""), IDENTITY_RESTARTED);
    }
    assert_false(identity.mixed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_start_time_is_a_restart),
        cmocka_unit_test(a_wavering_start_time_is_no_restart),
        cmocka_unit_test(a_process_that_comes_back_shows_that_there_are_several),
        cmocka_unit_test(several_are_forgotten_after_a_calm_time),
        cmocka_unit_test(counters_that_jump_back_and_forth_show_several),
        cmocka_unit_test(one_restart_without_a_start_time_is_just_that),
        cmocka_unit_test(versions_that_alternate_show_several),
        cmocka_unit_test(many_restarts_do_not_fill_the_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
