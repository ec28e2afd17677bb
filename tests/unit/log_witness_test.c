/* SPDX-License-Identifier: MIT */
#include "core/log_witness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* One interval: so many lines come, and so many requests are counted. */
static void pass(struct log_witness *witness, unsigned lines, uint64_t requests) {
    for (unsigned i = 0; i < lines; i++) log_witness_hear(witness);
    log_witness_count(witness, requests);
}

static void repeat(
    struct log_witness *witness, unsigned times, unsigned lines, uint64_t requests) {
    for (unsigned i = 0; i < times; i++) pass(witness, lines, requests);
}

static void silence_beside_growing_counters_contradicts(void **state) {
    (void)state;
    struct log_witness witness = {0};
    repeat(&witness, 30, 10, 10);
    assert_false(log_witness_contradicts(&witness));
    repeat(&witness, 2, 0, 10);
    assert_false(log_witness_contradicts(&witness)); /* it may be on its way */
    pass(&witness, 0, 10);
    assert_true(log_witness_contradicts(&witness));
    assert_int_equal(witness.silent_counted, 30);
    log_witness_hear(&witness);
    assert_false(log_witness_contradicts(&witness));
    pass(&witness, 10, 10);
    repeat(&witness, 100, 0, 0); /* nobody asks anything */
    assert_false(log_witness_contradicts(&witness));
}

/* Checks of health count as requests, and no router logs them. */
static void what_never_is_logged_is_not_missed(void **state) {
    (void)state;
    struct log_witness witness = {0};
    for (int i = 0; i < 100; i++) {
        pass(&witness, 1, 41);
        repeat(&witness, 9, 0, 40);
        assert_false(log_witness_contradicts(&witness));
    }
    repeat(&witness, 400, 0, 40); /* 40 lines would have come */
    assert_true(log_witness_contradicts(&witness));
}

static void jobs_that_end_later_are_no_new_requests(void **state) {
    (void)state;
    struct log_witness witness = {0};
    pass(&witness, 100, 100);
    for (int i = 0; i < 50; i++) {
        log_witness_end_job(&witness);
        pass(&witness, 0, 1);
    }
    assert_false(log_witness_contradicts(&witness));
    repeat(&witness, 25, 0, 1);
    assert_true(log_witness_contradicts(&witness));
}

static void a_log_that_never_said_anything_has_no_share(void **state) {
    (void)state;
    struct log_witness witness = {0};
    repeat(&witness, 100, 0, 50);
    assert_false(log_witness_contradicts(&witness)); /* it has no data at all */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_beside_growing_counters_contradicts),
        cmocka_unit_test(what_never_is_logged_is_not_missed),
        cmocka_unit_test(jobs_that_end_later_are_no_new_requests),
        cmocka_unit_test(a_log_that_never_said_anything_has_no_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
