/* SPDX-License-Identifier: MIT */
#include "core/head_count.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/random.h"

static struct head_count *new_count(void) {
    return calloc(1, sizeof(struct head_count));
}

/* So many requests of so many users, each as likely as the others. */
static uint64_t estimate(unsigned users, unsigned requests) {
    struct head_count *count = new_count();
    struct random random;
    random_seed(&random, 7);
    for (unsigned i = 0; i < requests; i++) {
        uint64_t user = random_below(&random, users);
        head_count_add(count, (user + 1) * UINT64_C(0x9E3779B97F4A7C15));
    }
    uint64_t found = head_count_estimate(count);
    free(count);
    return found;
}

static void few_users_are_few_however_many_requests(void **state) {
    (void)state;
    assert_int_equal(estimate(8, 400), 8);
    assert_int_equal(estimate(1, 200), 1);
    assert_int_equal(estimate(1, 1), 1);
}

static void many_users_are_seen_in_a_small_sample(void **state) {
    (void)state;
    assert_in_range(estimate(300, 200), 200, 450);
    assert_in_range(estimate(5000, 400), 2500, 10000);
    assert_in_range(estimate(5000, 20000), 4800, 5200);
}

static void nobody_is_nobody_and_too_many_do_not_hang(void **state) {
    (void)state;
    struct head_count *count = new_count();
    assert_int_equal(head_count_estimate(count), 0);
    head_count_add(count, 0);
    assert_int_equal(head_count_estimate(count), 1);
    for (uint64_t i = 1; i < UINT64_C(3) * HEAD_COUNT_MAX; i++) {
        head_count_add(count, i * 7919);
    }
    assert_int_equal(count->users, HEAD_COUNT_MAX);
    assert_true(head_count_estimate(count) >= HEAD_COUNT_MAX);
    free(count);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_users_are_few_however_many_requests),
        cmocka_unit_test(many_users_are_seen_in_a_small_sample),
        cmocka_unit_test(nobody_is_nobody_and_too_many_do_not_hang),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
