/* SPDX-License-Identifier: MIT */
#include "core/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void series_are_found_in_any_order(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    tally_begin(tally);
    for (uint64_t i = 1; i <= 5000; i++) {
        assert_null(tally_find(tally, i * 7919));
        struct tally_series *series = tally_add(tally, i * 7919);
        series->last = (double)i;
    }
    assert_int_equal(tally_count(tally), 5000);
    tally_begin(tally);
    for (uint64_t i = 1; i <= 5000; i++) {
        assert_float_equal(tally_find(tally, i * 7919)->last, (double)i, 0);
    }
    for (uint64_t i = 5000; i > 0; i--) {
        assert_float_equal(tally_find(tally, i * 7919)->last, (double)i, 0);
    }
    assert_null(tally_find(tally, 1));
    tally_free(tally);
}

/* Spread over all bits, as the hashes of real series are. */
static uint64_t hash_of(uint64_t number) {
    return tally_hash((struct slice){(const char *)&number, sizeof number});
}

static void more_series_than_the_limit_are_refused(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    tally_begin(tally);
    for (uint64_t i = 1; i <= TALLY_SERIES_MAX; i++) {
        assert_non_null(tally_add(tally, hash_of(i)));
    }
    assert_null(tally_add(tally, 1));
    assert_non_null(tally_find(tally, hash_of(77)));
    tally_reset(tally);
    assert_int_equal(tally_count(tally), 0);
    assert_null(tally_find(tally, UINT64_C(77) << 20));
    assert_non_null(tally_add(tally, 1));
    tally_free(tally);
}

static void the_hash_depends_on_every_byte_and_on_the_length(void **state) {
    (void)state;
    char text[40] = "abcdefghijklmnopqrstuvwxyz0123456789";
    uint64_t whole = tally_hash((struct slice){text, 36});
    for (size_t i = 0; i < 36; i++) {
        assert_int_not_equal(tally_hash((struct slice){text, i}), whole);
        text[i]++;
        assert_int_not_equal(tally_hash((struct slice){text, 36}), whole);
        text[i]--;
    }
    assert_int_equal(tally_hash((struct slice){text, 36}), whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(series_are_found_in_any_order),
        cmocka_unit_test(more_series_than_the_limit_are_refused),
        cmocka_unit_test(the_hash_depends_on_every_byte_and_on_the_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
