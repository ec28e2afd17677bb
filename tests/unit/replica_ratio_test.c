/* SPDX-License-Identifier: MIT */
#include "core/replica_ratio.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void shares_become_pods(void **state) {
    (void)state;
    static const struct {
        uint32_t bp;
        int64_t total, stable, canary;
    } rows[] = {
        {0, 20, 20, 0},     {500, 20, 19, 1},  {2500, 20, 15, 5}, {5000, 20, 10, 10},
        {10000, 20, 0, 20}, {5000, 2, 1, 1},   {3300, 3, 2, 1},   {10000, 1, 0, 1},
        {0, 1, 1, 0},       {500, 100, 95, 5}, {1000, 11, 10, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct replica_ratio ratio;
        struct error err = {0};
        assert_true(replica_ratio_of(rows[i].bp, rows[i].total, &ratio, &err));
        assert_int_equal(ratio.stable, rows[i].stable);
        assert_int_equal(ratio.canary, rows[i].canary);
    }
}

static void shares_that_pods_cannot_stand_for_are_refused(void **state) {
    (void)state;
    static const struct {
        uint32_t bp;
        int64_t total;
    } rows[] = {{500, 4},  {500, 10}, {100, 50},   {2500, 2},
                {5000, 1}, {5000, 0}, {10001, 20}, {1, 100}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct replica_ratio ratio = {.stable = 7};
        struct error err = {0};
        assert_false(replica_ratio_of(rows[i].bp, rows[i].total, &ratio, &err));
        assert_int_equal(err.code, ERROR_USAGE);
        assert_int_equal(ratio.stable, 7);
    }
}

static void pods_become_a_share(void **state) {
    (void)state;
    assert_int_equal(replica_ratio_bp(&(struct replica_ratio){19, 1}), 500);
    assert_int_equal(replica_ratio_bp(&(struct replica_ratio){2, 1}), 3333);
    assert_int_equal(replica_ratio_bp(&(struct replica_ratio){0, 3}), 10000);
    assert_int_equal(replica_ratio_bp(&(struct replica_ratio){0, 0}), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_become_pods),
        cmocka_unit_test(shares_that_pods_cannot_stand_for_are_refused),
        cmocka_unit_test(pods_become_a_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
